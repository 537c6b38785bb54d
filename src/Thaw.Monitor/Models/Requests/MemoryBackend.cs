namespace Thaw.Monitor.Models;

/// <summary>Where a restored microVM's memory comes from.</summary>
internal sealed record MemoryBackend
{
    /// <summary>The memory file, or the page-fault handler's socket.</summary>
    public required string BackendPath { get; init; }

    /// <summary>Which of them.</summary>
    public required MemoryBackendType BackendType { get; init; }

    /// <summary>Thaw's own: memory files, oldest first, that <see cref="BackendPath"/>, a diff, lies over.</summary>
    public IReadOnlyList<string> BasePaths { get; set; } = [];

    /// <summary>
    /// Thaw's own: state files of the snapshots whose memory is in <see cref="BasePaths"/>, in the same order.
    /// </summary>
    public IReadOnlyList<string> BaseSnapshotPaths { get; set; } = [];
}
