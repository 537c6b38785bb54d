namespace Thaw.ControlPlane.Wire;

/// <summary>What laying snapshots out anew did.</summary>
/// <param name="Versions">Versions that were looked at.</param>
/// <param name="Compacted">Those that start from another layer now.</param>
public sealed record CompactionList(int Versions, IReadOnlyList<CompactedVersion> Compacted);
