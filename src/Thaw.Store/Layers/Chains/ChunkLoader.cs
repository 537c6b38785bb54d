using System.Buffers;
using Thaw.Core;

namespace Thaw.Store;

/// <summary>
/// Loads chunks of open layers and verifies them. A copy that turns out damaged is fetched once more from the origin
/// before it is refused. Safe for several threads.
/// </summary>
public sealed class ChunkLoader
{
    private readonly IChunkStore _store;

    /// <summary>Loads from <paramref name="store"/>.</summary>
    public ChunkLoader(IChunkStore store) => _store = store;

    /// <summary>Chunks loaded, and their sealed bytes; retries are damaged copies that were fetched again.</summary>
    public StoreCounters Counters { get; } = new();

    /// <summary>Loads one chunk of a layer's data.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="sequenceIndex">Which chunk, as an index in the layer's sequence.</param>
    /// <param name="destination">At least as long as the chunk's pages.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Pages loaded.</returns>
    /// <exception cref="ChunkException">The chunk is missing or not what its name says.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public ValueTask<int> LoadAsync(
        OpenLayer layer, int sequenceIndex, Memory<byte> destination, CancellationToken cancellationToken) =>
        LoadAsync(layer, layer.Manifest.Chunks[layer.Manifest.Sequence[sequenceIndex]], destination, cancellationToken);

    /// <summary>Loads one of the layer's distinct chunks, as <see cref="LayerManifest.Chunks"/> has them.</summary>
    /// <returns>Pages loaded.</returns>
    /// <exception cref="ChunkException">The chunk is missing or not what its name says.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public async ValueTask<int> LoadAsync(
        OpenLayer layer, LayerChunk chunk, Memory<byte> destination, CancellationToken cancellationToken)
    {
        int plaintextBytes = chunk.Pages * PageSize.Bytes;
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, plaintextBytes, nameof(destination));
        Memory<byte> plaintext = destination[..plaintextBytes];
        ChunkSealer sealer = layer.SealerFor(chunk.KeyIndex);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ChunkSealer.SealedBytesMax(plaintextBytes));
        try
        {
            try
            {
                await LoadAsync(chunk, sealer, buffer, plaintext, Freshness.Cached, cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (ChunkException)
            {
                Counters.CountRetry();
                await LoadAsync(chunk, sealer, buffer, plaintext, Freshness.Origin, cancellationToken)
                    .ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is ChunkException or StoreException)
        {
            Counters.CountFailure();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        return chunk.Pages;
    }

    private async ValueTask LoadAsync(
        LayerChunk chunk,
        ChunkSealer sealer,
        byte[] buffer,
        Memory<byte> plaintext,
        Freshness freshness,
        CancellationToken cancellationToken)
    {
        Memory<byte> room = buffer.AsMemory(0, ChunkSealer.SealedBytesMax(plaintext.Length));
        StoreRead read = await _store
            .ReadAsync(StoreName.For(chunk.Id), 0, room, freshness, cancellationToken).ConfigureAwait(false);
        if (!read.IsFound)
        {
            throw new ChunkException(ChunkFault.Missing, chunk.Id, "is not in the store");
        }
        if (read.ObjectBytes > room.Length)
        {
            throw new ChunkException(
                ChunkFault.WrongLength, chunk.Id, $"has {read.ObjectBytes} bytes, the most for it is {room.Length}");
        }
        Counters.CountRead(read.Count);
        int opened = sealer.Open(chunk.Id, room.Span[..read.Count], plaintext.Span);
        if (opened != plaintext.Length)
        {
            plaintext.Span.Clear();
            throw new ChunkException(
                ChunkFault.WrongLength,
                chunk.Id,
                $"has {opened} bytes of content, its manifest says {plaintext.Length}");
        }
    }
}
