using Thaw.Core;

namespace Thaw.Store;

/// <summary>
/// Takes what <see cref="LayerExporter"/> wrote into a store. Every manifest and chunk is verified before it is stored,
/// and nothing is live before all of it is there.
/// </summary>
public sealed class LayerImporter
{
    private readonly IPrunableChunkStore _store;
    private readonly StoreGate _gate;
    private readonly IKeyService _keys;
    private readonly IEntropy _entropy;

    /// <summary>Imports into a store.</summary>
    public LayerImporter(IPrunableChunkStore store, StoreGate gate, IKeyService keys, IEntropy entropy)
    {
        _store = store;
        _gate = gate;
        _keys = keys;
        _entropy = entropy;
    }

    /// <summary>Imports a layer with its ancestors.</summary>
    /// <param name="input">The file, front to back.</param>
    /// <param name="passphrase">What it was exported with.</param>
    /// <param name="cancellationToken">Ends the import; what was stored so far is garbage.</param>
    /// <returns>The layer, which has a root now.</returns>
    /// <exception cref="ExportException">The file is damaged, or the passphrase another.</exception>
    /// <exception cref="LayerException">A manifest in it is refused.</exception>
    /// <exception cref="ChunkException">A chunk in it is refused.</exception>
    /// <exception cref="KeyException">A key was revoked or is unknown here.</exception>
    /// <exception cref="IOException">The store or the input failed.</exception>
    public async Task<LayerId> ImportAsync(Stream input, string? passphrase, CancellationToken cancellationToken)
    {
        await using PublicationTicket ticket = await _gate.EnterAsync(cancellationToken).ConfigureAwait(false);
        using ExportStream file = new(input);
        byte[] bytes = new byte[ExportPrelude.Bytes];
        await file.ReadAsync(bytes, cancellationToken).ConfigureAwait(false);
        ExportPrelude prelude = ExportPrelude.Decode(bytes);
        if (prelude.HasPassphrase != passphrase is not null)
        {
            throw new ExportException(
                ExportFault.WrongPassphrase,
                prelude.HasPassphrase ? "The export needs its passphrase." : "The export has no passphrase.");
        }
        using TransferKey? transfer =
            passphrase is null ? null : new(passphrase, prelude.Salt, prelude.Iterations);

        List<OpenLayer> layers = [];
        List<LayerCommit.Item> items = [];
        try
        {
            for (int i = 0; i < prelude.LayerCount; i++)
            {
                await ReadLayerAsync(file, transfer, layers, items, cancellationToken).ConfigureAwait(false);
            }
            if (layers[^1].Id != prelude.Leaf)
            {
                throw Malformed($"ends with layer {layers[^1].Id}, not with {prelude.Leaf}");
            }
            await ReadChunksAsync(file, layers, prelude.ChunkCount, cancellationToken).ConfigureAwait(false);
            await file.RequireEndAsync(cancellationToken).ConfigureAwait(false);
            await LayerCommit.RunAsync(_store, ticket, items, prelude.Leaf, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            layers.ForEach(layer => layer.Dispose());
        }
        return prelude.Leaf;
    }

    private async ValueTask ReadLayerAsync(
        ExportStream file,
        TransferKey? transfer,
        List<OpenLayer> layers,
        List<LayerCommit.Item> items,
        CancellationToken cancellationToken)
    {
        byte[] sealedManifest = await file.ReadSizedAsync(StoreLimits.ObjectBytesMax, cancellationToken)
            .ConfigureAwait(false);
        LayerId id = sealedManifest.Length >= LayerHeaderCodec.PreludeBytes
            ? LayerId.Read(sealedManifest.AsSpan(24))
            : throw Malformed($"has a manifest of {sealedManifest.Length} bytes");
        LayerHeader header = LayerManifestCodec.ReadHeader(id, sealedManifest);
        LayerId expectedParent = layers.Count == 0 ? default : layers[^1].Id;
        LayerAncestry.RequireRoom(id, id, layers.Select(layer => layer.Id));
        if (header.ParentId != expectedParent)
        {
            throw Malformed($"has layer {id} over {header.ParentId} where one over {expectedParent} belongs");
        }
        if (layers.Count > 0)
        {
            LayerAncestry.RequireFit(header, layers[^1].Manifest.Header);
        }
        if (transfer is null)
        {
            OpenLayer layer = await LayerOpening.OpenAsync(
                header,
                sealedManifest,
                (_, index, token) => _keys.UnwrapAsync(header.Keyspace, header.Keys[index], token),
                _entropy,
                cancellationToken).ConfigureAwait(false);
            layers.Add(layer);
            items.Add(new LayerCommit.Item(id, sealedManifest));
            return;
        }
        (OpenLayer opened, byte[] rewrapped) = await RewrapAsync(
            file, transfer, header, sealedManifest, cancellationToken).ConfigureAwait(false);
        layers.Add(opened);
        items.Add(new LayerCommit.Item(id, rewrapped));
    }

    // The same layer with its data keys wrapped by this machine's master keys.
    private async ValueTask<(OpenLayer Layer, byte[] Rewrapped)> RewrapAsync(
        ExportStream file,
        TransferKey transfer,
        LayerHeader header,
        byte[] sealedManifest,
        CancellationToken cancellationToken)
    {
        List<DataKey> dataKeys = [];
        try
        {
            List<WrappedKey> wrapped = [];
            foreach (WrappedKey foreign in header.Keys)
            {
                byte[] blob = new byte[KeyWrap.BlobBytes];
                await file.ReadAsync(blob, cancellationToken).ConfigureAwait(false);
                dataKeys.Add(transfer.Unwrap(header.Keyspace, foreign.DataKeyId, blob)
                    ?? throw new ExportException(
                        ExportFault.WrongPassphrase, "The passphrase is not the one that the export was made with."));
                wrapped.Add(await _keys.WrapAsync(header.Keyspace, dataKeys[^1], cancellationToken)
                    .ConfigureAwait(false));
            }
            LayerManifest manifest = LayerManifestCodec.Open(header, dataKeys[0], sealedManifest)
                .With(header with { Keys = [.. wrapped] });
            OpenLayer layer = new(
                manifest, [.. dataKeys.Select(key => new ChunkSealer(key, header.Keyspace, _entropy))]);
            return (layer, LayerManifestCodec.Seal(manifest, dataKeys[0], _entropy));
        }
        finally
        {
            dataKeys.ForEach(key => key.Dispose());
        }
    }

    private async ValueTask ReadChunksAsync(
        ExportStream file, List<OpenLayer> layers, long count, CancellationToken cancellationToken)
    {
        Dictionary<ChunkId, (ChunkSealer Sealer, int Pages)> expected = [];
        foreach (OpenLayer layer in layers)
        {
            foreach (LayerChunk chunk in layer.Manifest.Chunks)
            {
                expected.TryAdd(chunk.Id, (layer.SealerFor(chunk.KeyIndex), chunk.Pages));
            }
        }
        byte[] idBytes = new byte[ChunkId.Bytes];
        byte[] plaintext = new byte[StoreLimits.ChunkBytesMax];
        for (long i = 0; i < count; i++)
        {
            await file.ReadAsync(idBytes, cancellationToken).ConfigureAwait(false);
            ChunkId id = ChunkId.Read(idBytes);
            byte[] sealedChunk = await file.ReadSizedAsync(
                ChunkSealer.SealedBytesMax(StoreLimits.ChunkBytesMax), cancellationToken).ConfigureAwait(false);
            if (!expected.Remove(id, out (ChunkSealer Sealer, int Pages) known))
            {
                throw Malformed($"has chunk {id}, which none of its layers names, or has it twice");
            }
            int length = known.Sealer.Open(id, sealedChunk, plaintext);
            if (length != known.Pages * PageSize.Bytes)
            {
                throw new ChunkException(
                    ChunkFault.WrongLength,
                    id,
                    $"has {length} bytes of content, its manifest says {known.Pages} pages");
            }
            await _store.PutAsync(StoreName.For(id), sealedChunk, PutMode.IfAbsent, cancellationToken)
                .ConfigureAwait(false);
        }
        if (expected.Count > 0)
        {
            throw Malformed($"lacks {expected.Count} chunks, {expected.Keys.First()} among them");
        }
    }

    private static ExportException Malformed(string what) => new(ExportFault.Malformed, $"The export {what}.");
}
