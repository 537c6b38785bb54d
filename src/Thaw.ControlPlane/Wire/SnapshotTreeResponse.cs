using Thaw.Worker;

namespace Thaw.ControlPlane.Wire;

/// <summary>The tree of snapshots.</summary>
/// <param name="Layers">The layers, parents before their children.</param>
public sealed record SnapshotTreeResponse(IReadOnlyList<SnapshotLayer> Layers);
