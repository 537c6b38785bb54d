namespace Thaw.Monitor.Models;

/// <summary>Body of <c>PUT /snapshot/create</c>.</summary>
internal sealed record CreateSnapshotRequest
{
    /// <summary>Full unless said.</summary>
    public SnapshotType SnapshotType { get; init; }

    /// <summary>The state file to write.</summary>
    public required string SnapshotPath { get; init; }

    /// <summary>The memory file to write.</summary>
    public required string MemFilePath { get; init; }
}
