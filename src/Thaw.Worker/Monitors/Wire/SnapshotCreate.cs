namespace Thaw.Worker.Monitors.Wire;

/// <summary>PUT /snapshot/create.</summary>
internal sealed record SnapshotCreate
{
    public string SnapshotType { get; init; } = "Full";

    public required string SnapshotPath { get; init; }

    public required string MemFilePath { get; init; }
}
