using Thaw.Worker;

namespace Thaw.ControlPlane.Wire;

/// <summary>The snapshots on disk.</summary>
/// <param name="Snapshots">The snapshots.</param>
public sealed record SnapshotList(IReadOnlyList<SnapshotSummary> Snapshots);
