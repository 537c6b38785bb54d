using System.Collections.Concurrent;

namespace Thaw.Store;

/// <summary>
/// Keeps chunks and manifests that were read or written on a local disk, in the form in which they are stored:
/// encrypted. Bounded, least recently used out first; survives restarts; several processes may share its directory.
/// Concurrent misses of one object in one process fetch it once. Nothing is trusted for being local: readers verify,
/// and read again with
/// <see cref="Freshness.Origin"/> what turns out damaged.
/// </summary>
/// <remarks>The garbage collector works on the origin: a cache does not know what others removed there.</remarks>
public sealed class CachingChunkStore : IPrunableChunkStore, IDisposable, IAsyncDisposable
{
    private readonly IPrunableChunkStore _origin;
    private readonly ChunkCache _cache;
    private readonly ConcurrentDictionary<StoreName, FetchFlight> _flights = new();

    /// <summary>Opens the cache, which is made when it is not there.</summary>
    /// <param name="origin">The store behind.</param>
    /// <param name="options">Where and how much to keep.</param>
    /// <param name="entropy">Where temporary names come from.</param>
    /// <param name="time">For the dates of last use.</param>
    /// <exception cref="StoreException">The directory cannot be made.</exception>
    public CachingChunkStore(IPrunableChunkStore origin, CacheOptions options, IEntropy entropy, TimeProvider time)
    {
        _origin = origin;
        _cache = new ChunkCache(options, entropy, time, Counters);
    }

    /// <summary>Hits, misses, and what was moved from and to the origin.</summary>
    public StoreCounters Counters { get; } = new();

    /// <inheritdoc/>
    public async ValueTask<StoreRead> ReadAsync(
        StoreName name, long offset, Memory<byte> destination, Freshness freshness, CancellationToken cancellationToken)
    {
        if (!ChunkCache.Keeps(name))
        {
            return await ReadOriginAsync(name, offset, destination, cancellationToken).ConfigureAwait(false);
        }
        if (freshness == Freshness.Cached)
        {
            StoreRead kept = await _cache
                .ReadAsync(name, offset, destination, cancellationToken).ConfigureAwait(false);
            if (kept.IsFound)
            {
                Counters.CountHit();
                return kept;
            }
        }
        Counters.CountMiss();
        return offset == 0
            ? await FetchAsync(name, destination, cancellationToken).ConfigureAwait(false)
            : await ReadOriginAsync(name, offset, destination, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<StoreEntry?> FindAsync(StoreName name, CancellationToken cancellationToken) =>
        _origin.FindAsync(name, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<PutOutcome> PutAsync(
        StoreName name, ReadOnlyMemory<byte> content, PutMode mode, CancellationToken cancellationToken)
    {
        PutOutcome outcome = await _origin.PutAsync(name, content, mode, cancellationToken).ConfigureAwait(false);
        if (outcome == PutOutcome.Written)
        {
            Counters.CountWrite(content.Length);
            if (ChunkCache.Keeps(name))
            {
                await SettleAsync(name, cancellationToken).ConfigureAwait(false);
                await _cache.AddAsync(name, content, cancellationToken).ConfigureAwait(false);
            }
        }
        return outcome;
    }

    /// <inheritdoc/>
    public ValueTask FlushAsync(CancellationToken cancellationToken) => _origin.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<StoreEntry> ListAsync(
        StoreArea area, StoreName? after, CancellationToken cancellationToken) =>
        _origin.ListAsync(area, after, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<bool> DeleteAsync(StoreName name, CancellationToken cancellationToken)
    {
        bool wasThere = await _origin.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
        if (ChunkCache.Keeps(name))
        {
            await SettleAsync(name, cancellationToken).ConfigureAwait(false);
            await _cache.RemoveAsync(name, cancellationToken).ConfigureAwait(false);
        }
        return wasThere;
    }

    /// <inheritdoc/>
    public async ValueTask<long> RemoveLeftoversAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        long ownBytes = await _cache.RemoveLeftoversAsync(before, cancellationToken).ConfigureAwait(false);
        return ownBytes + await _origin.RemoveLeftoversAsync(before, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Frees what the cache holds in memory; the store behind stays open.</summary>
    public void Dispose() => _cache.Dispose();

    /// <summary>Waits until fetches that are under way touch the cache no more, then frees it.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (FetchFlight flight in _flights.Values)
        {
            await flight.Settled.ConfigureAwait(false);
        }
        Dispose();
    }

    private async ValueTask<StoreRead> FetchAsync(
        StoreName name, Memory<byte> destination, CancellationToken cancellationToken)
    {
        FetchFlight flight = Join(name, destination.Length);
        (StoreRead read, byte[] bytes) = await flight.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (!read.IsFound)
        {
            return read;
        }
        int wanted = (int)Math.Min(read.ObjectBytes, destination.Length);
        if (read.Count < wanted)
        {
            // Who began the fetch had less room than this caller.
            return await ReadOriginAsync(name, 0, destination, cancellationToken).ConfigureAwait(false);
        }
        bytes.AsSpan(0, wanted).CopyTo(destination.Span);
        return StoreRead.Found(wanted, read.ObjectBytes);
    }

    private FetchFlight Join(StoreName name, int bytesMax)
    {
        while (true)
        {
            FetchFlight? own = null;
            FetchFlight flight = _flights.GetOrAdd(name, _ => own = new FetchFlight());
            if (ReferenceEquals(flight, own))
            {
                _ = RunAsync(name, bytesMax, flight);
                return flight;
            }
            own?.Dispose();
            if (flight.TryJoin())
            {
                Counters.CountSharedFetch();
                return flight;
            }
            // Everybody had left it; it is on its way out of the dictionary.
            _flights.TryRemove(new KeyValuePair<StoreName, FetchFlight>(name, flight));
        }
    }

    private async Task RunAsync(StoreName name, int bytesMax, FetchFlight flight)
    {
        // Off the caller's thread before anything can fail: a fetch belongs to nobody in particular.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            byte[] buffer = GC.AllocateUninitializedArray<byte>(bytesMax);
            StoreRead read = await ReadOriginAsync(name, 0, buffer, flight.Abandoned).ConfigureAwait(false);
            flight.Complete(new FetchFlight.Fetched(read, buffer));
            if (!read.IsFound)
            {
                await _cache.RemoveAsync(name, flight.Abandoned).ConfigureAwait(false);
            }
            else if (read.Count == read.ObjectBytes)
            {
                await _cache.AddAsync(name, buffer.AsMemory(0, read.Count), flight.Abandoned).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            flight.Fail(e);
        }
        finally
        {
            _flights.TryRemove(new KeyValuePair<StoreName, FetchFlight>(name, flight));
            flight.Settle();
        }
    }

    // A fetch that began before the origin changed must not put what it got over what is there now.
    private async ValueTask SettleAsync(StoreName name, CancellationToken cancellationToken)
    {
        if (_flights.TryGetValue(name, out FetchFlight? flight))
        {
            await flight.Settled.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<StoreRead> ReadOriginAsync(
        StoreName name, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        StoreRead read = await _origin
            .ReadAsync(name, offset, destination, Freshness.Origin, cancellationToken).ConfigureAwait(false);
        Counters.CountRead(read.Count);
        return read;
    }
}
