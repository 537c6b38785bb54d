using System.Buffers;
using Thaw.Core;

namespace Thaw.Store;

/// <summary>
/// Writes a layer with its ancestors and all their chunks into one file. Every chunk is verified on the way.
/// </summary>
public sealed class LayerExporter
{
    private readonly IChunkStore _store;
    private readonly IKeyService _keys;
    private readonly IEntropy _entropy;

    /// <summary>Exports from a store.</summary>
    public LayerExporter(IChunkStore store, IKeyService keys, IEntropy entropy)
    {
        _store = store;
        _keys = keys;
        _entropy = entropy;
    }

    /// <summary>Exports a layer.</summary>
    /// <param name="id">Which.</param>
    /// <param name="passphrase">
    /// Puts the layers' data keys into the file, wrapped under it, for machines with other master keys. Null leaves
    /// them out: then only a machine that has this key service's master keys can import the file.
    /// </param>
    /// <param name="output">Where to.</param>
    /// <param name="cancellationToken">Ends the export.</param>
    /// <exception cref="LayerException">A manifest is missing or refused.</exception>
    /// <exception cref="ChunkException">A chunk is missing or damaged.</exception>
    /// <exception cref="KeyException">A key was revoked, or the key service refused.</exception>
    /// <exception cref="IOException">The store or the output failed.</exception>
    public async Task ExportAsync(LayerId id, string? passphrase, Stream output, CancellationToken cancellationToken)
    {
        LayerLoader loader = new(_store, _keys, _entropy);
        using LayerChain chain = await loader.LoadChainAsync(id, cancellationToken).ConfigureAwait(false);
        OpenLayer[] rootFirst = [.. chain.Layers.Reverse()];
        HashSet<ChunkId> seen = [];
        (OpenLayer Layer, LayerChunk Chunk)[] chunks =
        [
            .. rootFirst.SelectMany(layer => layer.Manifest.Chunks.Select(chunk => (layer, chunk)))
                .Where(item => seen.Add(item.chunk.Id)),
        ];

        byte[] salt = new byte[TransferKey.SaltBytes];
        _entropy.Fill(salt);
        ExportPrelude prelude = new(
            passphrase is not null,
            passphrase is null ? 0 : TransferKey.IterationsDefault,
            salt,
            id,
            rootFirst.Length,
            chunks.Length);
        using TransferKey? transfer = passphrase is null ? null : new(passphrase, salt, prelude.Iterations);
        using ExportStream file = new(output);
        await file.WriteAsync(prelude.Encode(), cancellationToken).ConfigureAwait(false);
        foreach (OpenLayer layer in rootFirst)
        {
            await WriteLayerAsync(file, layer.Manifest, transfer, cancellationToken).ConfigureAwait(false);
        }
        foreach ((OpenLayer layer, LayerChunk chunk) in chunks)
        {
            await WriteChunkAsync(file, layer, chunk, cancellationToken).ConfigureAwait(false);
        }
        await file.WriteChecksumAsync(cancellationToken).ConfigureAwait(false);
        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask WriteLayerAsync(
        ExportStream file, LayerManifest manifest, TransferKey? transfer, CancellationToken cancellationToken)
    {
        byte[] sealedManifest = await ObjectReader.ReadAllAsync(
            _store,
            StoreName.For(StoreArea.Layer, manifest.Id),
            StoreLimits.ObjectBytesMax,
            Freshness.Cached,
            cancellationToken).ConfigureAwait(false)
            ?? throw new LayerException(LayerFault.Missing, manifest.Id, "is not in the store");
        await file.WriteSizedAsync(sealedManifest, cancellationToken).ConfigureAwait(false);
        if (transfer is null)
        {
            return;
        }
        foreach (WrappedKey wrapped in manifest.Header.Keys)
        {
            using DataKey key = await _keys
                .UnwrapAsync(manifest.Header.Keyspace, wrapped, cancellationToken).ConfigureAwait(false);
            await file.WriteAsync(transfer.Wrap(manifest.Header.Keyspace, key, _entropy), cancellationToken)
                .ConfigureAwait(false);
        }
    }

    private async ValueTask WriteChunkAsync(
        ExportStream file, OpenLayer layer, LayerChunk chunk, CancellationToken cancellationToken)
    {
        byte[] sealedChunk = ArrayPool<byte>.Shared.Rent(ChunkSealer.SealedBytesMax(StoreLimits.ChunkBytesMax));
        byte[] plaintext = ArrayPool<byte>.Shared.Rent(StoreLimits.ChunkBytesMax);
        try
        {
            int length = await ReadChunkAsync(layer, chunk, sealedChunk, plaintext, cancellationToken)
                .ConfigureAwait(false);
            byte[] id = new byte[ChunkId.Bytes];
            chunk.Id.Write(id);
            await file.WriteAsync(id, cancellationToken).ConfigureAwait(false);
            await file.WriteSizedAsync(sealedChunk.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(sealedChunk);
            ArrayPool<byte>.Shared.Return(plaintext);
        }
    }

    private async ValueTask<int> ReadChunkAsync(
        OpenLayer layer, LayerChunk chunk, byte[] sealedChunk, byte[] plaintext, CancellationToken cancellationToken)
    {
        for (Freshness freshness = Freshness.Cached; ; freshness = Freshness.Origin)
        {
            StoreRead read = await _store.ReadAsync(
                StoreName.For(chunk.Id), 0, sealedChunk, freshness, cancellationToken).ConfigureAwait(false);
            try
            {
                RequireWhole(chunk, read);
                layer.SealerFor(chunk.KeyIndex).Open(
                    chunk.Id, sealedChunk.AsSpan(0, read.Count), plaintext.AsSpan(0, chunk.Pages * PageSize.Bytes));
                return read.Count;
            }
            catch (ChunkException) when (freshness == Freshness.Cached)
            {
                // Perhaps a damaged copy in a cache: once more, from the origin.
            }
        }
    }

    private static void RequireWhole(LayerChunk chunk, StoreRead read)
    {
        if (!read.IsFound)
        {
            throw new ChunkException(ChunkFault.Missing, chunk.Id, "is not in the store");
        }
        if (read.Count != read.ObjectBytes)
        {
            throw new ChunkException(
                ChunkFault.WrongLength, chunk.Id, $"has {read.ObjectBytes} bytes, only {read.Count} came");
        }
    }
}
