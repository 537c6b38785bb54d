namespace Thaw.Store;

/// <summary>
/// Counts what a store or decorator did. Safe for several threads; each number is exact, all together are not an
/// instant.
/// </summary>
public sealed class StoreCounters
{
    private long _reads;
    private long _bytesRead;
    private long _writes;
    private long _bytesWritten;
    private long _hits;
    private long _misses;
    private long _shared;
    private long _evictions;
    private long _retries;
    private long _failures;

    /// <summary>The numbers by now.</summary>
    public StoreTotals Read() => new()
    {
        Reads = Interlocked.Read(ref _reads),
        BytesRead = Interlocked.Read(ref _bytesRead),
        Writes = Interlocked.Read(ref _writes),
        BytesWritten = Interlocked.Read(ref _bytesWritten),
        Hits = Interlocked.Read(ref _hits),
        Misses = Interlocked.Read(ref _misses),
        SharedFetches = Interlocked.Read(ref _shared),
        Evictions = Interlocked.Read(ref _evictions),
        Retries = Interlocked.Read(ref _retries),
        Failures = Interlocked.Read(ref _failures),
    };

    /// <summary>An object was read from the store behind.</summary>
    public void CountRead(long bytes)
    {
        Interlocked.Increment(ref _reads);
        Interlocked.Add(ref _bytesRead, bytes);
    }

    /// <summary>An object was written to the store behind.</summary>
    public void CountWrite(long bytes)
    {
        Interlocked.Increment(ref _writes);
        Interlocked.Add(ref _bytesWritten, bytes);
    }

    internal void CountHit() => Interlocked.Increment(ref _hits);

    internal void CountMiss() => Interlocked.Increment(ref _misses);

    internal void CountSharedFetch() => Interlocked.Increment(ref _shared);

    internal void CountEvictions(int count) => Interlocked.Add(ref _evictions, count);

    internal void CountRetry() => Interlocked.Increment(ref _retries);

    internal void CountFailure() => Interlocked.Increment(ref _failures);
}
