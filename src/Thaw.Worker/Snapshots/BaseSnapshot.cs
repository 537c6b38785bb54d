using Thaw.Worker.Monitors.Wire;

namespace Thaw.Worker.Snapshots;

/// <summary>A snapshot that clones are made of.</summary>
/// <param name="Manifest">What it is.</param>
/// <param name="Files">Its files on this machine.</param>
internal sealed record BaseSnapshot(SnapshotManifest Manifest, SnapshotPaths Files)
{
    /// <summary>Where its memory comes from; its memory file unless said.</summary>
    internal MemoryBackend Memory { get; init; } = new() { BackendPath = Files.Memory };
}
