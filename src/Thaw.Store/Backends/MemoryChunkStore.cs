using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Thaw.Store;

/// <summary>A store in memory: for tests, and for what need not outlive the process.</summary>
public sealed class MemoryChunkStore : IPrunableChunkStore
{
    private readonly ConcurrentDictionary<StoreName, Item> _items = new();
    private readonly TimeProvider _time;

    /// <summary>Creates an empty store.</summary>
    /// <param name="time">For the objects' dates.</param>
    public MemoryChunkStore(TimeProvider time) => _time = time;

    /// <summary>What was asked of it.</summary>
    public StoreCounters Counters { get; } = new();

    /// <inheritdoc/>
    public ValueTask<StoreRead> ReadAsync(
        StoreName name, long offset, Memory<byte> destination, Freshness freshness, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (!_items.TryGetValue(name, out Item? item))
        {
            return ValueTask.FromResult(StoreRead.Missing);
        }
        int count = (int)Math.Clamp(item.Bytes.Length - offset, 0, destination.Length);
        if (count > 0)
        {
            item.Bytes.AsSpan((int)offset, count).CopyTo(destination.Span);
        }
        Counters.CountRead(count);
        return ValueTask.FromResult(StoreRead.Found(count, item.Bytes.Length));
    }

    /// <inheritdoc/>
    public ValueTask<StoreEntry?> FindAsync(StoreName name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult<StoreEntry?>(
            _items.TryGetValue(name, out Item? item) ? new StoreEntry(name, item.Bytes.Length, item.Modified) : null);
    }

    /// <inheritdoc/>
    public ValueTask<PutOutcome> PutAsync(
        StoreName name, ReadOnlyMemory<byte> content, PutMode mode, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfZero(content.Length, nameof(content));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(content.Length, StoreLimits.ObjectBytesMax, nameof(content));
        Item item = new(content.ToArray(), _time.GetUtcNow());
        if (mode == PutMode.Replace)
        {
            _items[name] = item;
        }
        else if (!_items.TryAdd(name, item))
        {
            return ValueTask.FromResult(PutOutcome.AlreadyThere);
        }
        Counters.CountWrite(content.Length);
        return ValueTask.FromResult(PutOutcome.Written);
    }

    /// <inheritdoc/>
    public ValueTask FlushAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoreEntry> ListAsync(
        StoreArea area, StoreName? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IEnumerable<KeyValuePair<StoreName, Item>> found = _items
            .Where(item => item.Key.Area == area && item.Key.IsBehind(after))
            .OrderBy(item => item.Key.Hex, StringComparer.Ordinal);
        foreach ((StoreName name, Item item) in found)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new StoreEntry(name, item.Bytes.Length, item.Modified);
        }
        await ValueTask.CompletedTask.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(StoreName name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_items.TryRemove(name, out _));
    }

    /// <inheritdoc/>
    public ValueTask<long> RemoveLeftoversAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        ValueTask.FromResult(0L);

    private sealed record Item(byte[] Bytes, DateTimeOffset Modified);
}
