namespace Thaw.Worker.Snapshots;

/// <summary>A file of a snapshot.</summary>
internal sealed record SnapshotFile
{
    public required string Name { get; init; }

    public required long SizeBytes { get; init; }

    /// <summary>
    /// The SHA-256 in hex; null for memory, which has a checksum for each of its blocks that the monitor checks.
    /// </summary>
    public string? Sha256 { get; init; }
}
