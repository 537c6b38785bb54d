namespace Thaw.Store;

/// <summary>What a garbage collection may remove.</summary>
public sealed record CollectionOptions
{
    /// <summary>
    /// Objects younger than this stay. Safety does not rest on it: it keeps what an interrupted publication may want
    /// again.
    /// </summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Only says what it would remove.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>Objects removed at once.</summary>
    public int Parallelism { get; init; } = 16;
}
