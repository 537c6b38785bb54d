using Thaw.Store;

namespace Thaw.Pager.Tests.Fixtures;

/// <summary>A store in memory whose reads a test can watch, hold up, fail or falsify.</summary>
internal sealed class HookedStore : IPrunableChunkStore
{
    private readonly MemoryChunkStore _inner = new(TimeProvider.System);

    /// <summary>Called before each read; may wait or throw.</summary>
    internal Func<StoreName, CancellationToken, Task> BeforeRead { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Called with what was read.</summary>
    internal Action<StoreName, Memory<byte>> AfterRead { get; set; } = (_, _) => { };

    public async ValueTask<StoreRead> ReadAsync(
        StoreName name, long offset, Memory<byte> destination, Freshness freshness, CancellationToken cancellationToken)
    {
        await BeforeRead(name, cancellationToken).ConfigureAwait(false);
        StoreRead read = await _inner
            .ReadAsync(name, offset, destination, freshness, cancellationToken).ConfigureAwait(false);
        AfterRead(name, destination[..read.Count]);
        return read;
    }

    public ValueTask<StoreEntry?> FindAsync(StoreName name, CancellationToken cancellationToken) =>
        _inner.FindAsync(name, cancellationToken);

    public ValueTask<PutOutcome> PutAsync(
        StoreName name, ReadOnlyMemory<byte> content, PutMode mode, CancellationToken cancellationToken) =>
        _inner.PutAsync(name, content, mode, cancellationToken);

    public ValueTask FlushAsync(CancellationToken cancellationToken) => _inner.FlushAsync(cancellationToken);

    public IAsyncEnumerable<StoreEntry> ListAsync(
        StoreArea area, StoreName? after, CancellationToken cancellationToken) =>
        _inner.ListAsync(area, after, cancellationToken);

    public ValueTask<bool> DeleteAsync(StoreName name, CancellationToken cancellationToken) =>
        _inner.DeleteAsync(name, cancellationToken);

    public ValueTask<long> RemoveLeftoversAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        _inner.RemoveLeftoversAsync(before, cancellationToken);
}
