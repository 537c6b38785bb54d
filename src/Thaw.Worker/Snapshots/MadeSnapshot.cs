namespace Thaw.Worker.Snapshots;

/// <summary>A snapshot that is made and stored, and is no version's yet.</summary>
/// <param name="Begun">Its files.</param>
/// <param name="Manifest">What it is.</param>
/// <param name="Outcome">What it took.</param>
internal sealed record MadeSnapshot(SnapshotPaths Begun, SnapshotManifest Manifest, PublishOutcome Outcome);
