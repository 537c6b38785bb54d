namespace Thaw.Worker.Snapshots;

/// <summary>A snapshot that functions are published from.</summary>
/// <param name="Manifest">What it is.</param>
/// <param name="Files">Its files on this machine.</param>
internal sealed record BaseSnapshot(SnapshotManifest Manifest, SnapshotPaths Files);
