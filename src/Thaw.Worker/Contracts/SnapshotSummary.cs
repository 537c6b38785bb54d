namespace Thaw.Worker;

/// <summary>A snapshot on disk.</summary>
public sealed record SnapshotSummary
{
    /// <summary>The function's name.</summary>
    public required string FunctionName { get; init; }

    /// <summary>The version.</summary>
    public required string Version { get; init; }

    /// <summary>Which of the version's snapshots it is, from 1 on; null where it is the only one.</summary>
    public int? Variant { get; init; }

    /// <summary>The layer of the store that has it; null where its manifest can't be read.</summary>
    public string? SnapshotId { get; init; }

    /// <summary>Whose it is; null where its manifest can't be read.</summary>
    public string? Account { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The guest's memory in MiB.</summary>
    public required int GuestMemoryMib { get; init; }

    /// <summary>What its files would take without holes, in bytes.</summary>
    public required long SizeBytes { get; init; }
}
