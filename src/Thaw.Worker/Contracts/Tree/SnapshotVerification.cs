namespace Thaw.Worker;

/// <summary>What reading layers and all their chunks found.</summary>
/// <param name="Layers">Layers whose manifests were opened.</param>
/// <param name="Chunks">Chunks that are what their names say.</param>
/// <param name="Bytes">Sealed bytes of these.</param>
/// <param name="Problems">Everything that is wrong.</param>
public sealed record SnapshotVerification(
    int Layers, long Chunks, long Bytes, IReadOnlyList<SnapshotProblem> Problems);
