namespace Thaw.Worker;

/// <summary>A layer with what it consists of.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Ancestors">The layers that it lies over, the nearest first.</param>
/// <param name="Spaces">What it describes page by page.</param>
/// <param name="WorkingSetPages">Pages known to be touched by clones.</param>
public sealed record SnapshotDetails(
    SnapshotLayer Layer, IReadOnlyList<SnapshotLayer> Ancestors, IReadOnlyList<SnapshotSpace> Spaces,
    long WorkingSetPages);
