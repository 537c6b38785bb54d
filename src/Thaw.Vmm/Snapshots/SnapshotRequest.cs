using Thaw.Snapshot;

namespace Thaw.Vmm.Snapshots;

/// <summary>What to save, and where.</summary>
public sealed record SnapshotRequest
{
    /// <summary>All memory, or what changed since the last snapshot.</summary>
    public required SnapshotKind Kind { get; init; }

    /// <summary>The state file, replaced if it exists.</summary>
    public required string StatePath { get; init; }

    /// <summary>The memory file, replaced if it exists.</summary>
    public required string MemoryPath { get; init; }
}
