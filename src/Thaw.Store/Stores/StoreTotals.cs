namespace Thaw.Store;

/// <summary>What a store or decorator did since it was made.</summary>
public sealed record StoreTotals
{
    /// <summary>Objects read from the store behind.</summary>
    public long Reads { get; init; }

    /// <summary>Bytes that these reads moved.</summary>
    public long BytesRead { get; init; }

    /// <summary>Objects written to the store behind.</summary>
    public long Writes { get; init; }

    /// <summary>Bytes that these writes moved.</summary>
    public long BytesWritten { get; init; }

    /// <summary>Reads that a cache answered.</summary>
    public long Hits { get; init; }

    /// <summary>Reads that a cache could not answer.</summary>
    public long Misses { get; init; }

    /// <summary>Misses that were answered by another's fetch of the same object.</summary>
    public long SharedFetches { get; init; }

    /// <summary>Objects that a cache gave up for want of room.</summary>
    public long Evictions { get; init; }

    /// <summary>Requests made again after a failure that may pass.</summary>
    public long Retries { get; init; }

    /// <summary>Requests that failed in the end; of a cache, objects that it could not keep.</summary>
    public long Failures { get; init; }
}
