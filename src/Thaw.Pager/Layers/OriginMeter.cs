using System.Collections.Concurrent;
using Thaw.Store;

namespace Thaw.Pager.Layers;

/// <summary>
/// Stands between the cache and the origin and notes how many bytes of each chunk came from there, for whoever asked
/// for the chunk to take.
/// </summary>
internal sealed class OriginMeter(IPrunableChunkStore origin) : IPrunableChunkStore
{
    private readonly ConcurrentDictionary<StoreName, long> _bytes = new();

    /// <summary>Bytes of a chunk that came from the origin since this was asked last.</summary>
    internal long Take(ChunkId id) => _bytes.TryRemove(StoreName.For(id), out long bytes) ? bytes : 0;

    public async ValueTask<StoreRead> ReadAsync(
        StoreName name, long offset, Memory<byte> destination, Freshness freshness, CancellationToken cancellationToken)
    {
        StoreRead read = await origin
            .ReadAsync(name, offset, destination, freshness, cancellationToken).ConfigureAwait(false);
        if (name.Area == StoreArea.Chunk && read.IsFound)
        {
            _bytes.AddOrUpdate(name, read.Count, (_, before) => before + read.Count);
        }
        return read;
    }

    public ValueTask<StoreEntry?> FindAsync(StoreName name, CancellationToken cancellationToken) =>
        origin.FindAsync(name, cancellationToken);

    public ValueTask<PutOutcome> PutAsync(
        StoreName name, ReadOnlyMemory<byte> content, PutMode mode, CancellationToken cancellationToken) =>
        origin.PutAsync(name, content, mode, cancellationToken);

    public ValueTask FlushAsync(CancellationToken cancellationToken) => origin.FlushAsync(cancellationToken);

    public IAsyncEnumerable<StoreEntry> ListAsync(
        StoreArea area, StoreName? after, CancellationToken cancellationToken) =>
        origin.ListAsync(area, after, cancellationToken);

    public ValueTask<bool> DeleteAsync(StoreName name, CancellationToken cancellationToken) =>
        origin.DeleteAsync(name, cancellationToken);

    public ValueTask<long> RemoveLeftoversAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        origin.RemoveLeftoversAsync(before, cancellationToken);
}
