namespace Thaw.Store;

/// <summary>
/// Lets a bounded number of requests at the store behind at once; the others wait their turn. Listings are not counted.
/// </summary>
public sealed class LimitingChunkStore : IPrunableChunkStore, IDisposable
{
    private readonly IPrunableChunkStore _inner;
    private readonly SemaphoreSlim _slots;

    /// <summary>Creates the decorator.</summary>
    /// <param name="inner">The store behind.</param>
    /// <param name="inFlightMax">From 1 to <see cref="StoreLimits.ParallelismMax"/>.</param>
    public LimitingChunkStore(IPrunableChunkStore inner, int inFlightMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inFlightMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(inFlightMax, StoreLimits.ParallelismMax);
        _inner = inner;
        _slots = new SemaphoreSlim(inFlightMax);
    }

    /// <inheritdoc/>
    public ValueTask<StoreRead> ReadAsync(
        StoreName name,
        long offset,
        Memory<byte> destination,
        Freshness freshness,
        CancellationToken cancellationToken) =>
        RunAsync(token => _inner.ReadAsync(name, offset, destination, freshness, token), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<StoreEntry?> FindAsync(StoreName name, CancellationToken cancellationToken) =>
        RunAsync(token => _inner.FindAsync(name, token), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<PutOutcome> PutAsync(
        StoreName name, ReadOnlyMemory<byte> content, PutMode mode, CancellationToken cancellationToken) =>
        RunAsync(token => _inner.PutAsync(name, content, mode, token), cancellationToken);

    /// <inheritdoc/>
    public ValueTask FlushAsync(CancellationToken cancellationToken) => _inner.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<StoreEntry> ListAsync(
        StoreArea area, StoreName? after, CancellationToken cancellationToken) =>
        _inner.ListAsync(area, after, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(StoreName name, CancellationToken cancellationToken) =>
        RunAsync(token => _inner.DeleteAsync(name, token), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<long> RemoveLeftoversAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        RunAsync(token => _inner.RemoveLeftoversAsync(before, token), cancellationToken);

    /// <summary>Frees the slots; the store behind stays open.</summary>
    public void Dispose() => _slots.Dispose();

    private async ValueTask<T> RunAsync<T>(
        Func<CancellationToken, ValueTask<T>> request, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await request(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _slots.Release();
        }
    }
}
