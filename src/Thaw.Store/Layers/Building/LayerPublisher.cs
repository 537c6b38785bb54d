namespace Thaw.Store;

/// <summary>
/// Publishes layers: chunks, then the manifest, then the root, each durable before the next is written, all while the
/// garbage collector keeps out. A crash at any step leaves garbage, never a root without what it names.
/// </summary>
public sealed class LayerPublisher
{
    private readonly IPrunableChunkStore _store;
    private readonly StoreGate _gate;
    private readonly IKeyService _keys;
    private readonly IEntropy _entropy;
    private readonly TimeProvider _time;

    /// <summary>Publishes into a store.</summary>
    public LayerPublisher(
        IPrunableChunkStore store, StoreGate gate, IKeyService keys, IEntropy entropy, TimeProvider time)
    {
        _store = store;
        _gate = gate;
        _keys = keys;
        _entropy = entropy;
        _time = time;
    }

    /// <summary>Stores a layer and makes it live.</summary>
    /// <exception cref="LayerException">The parent or a relative is missing, refused or does not fit.</exception>
    /// <exception cref="KeyException">A key was revoked, or the key service refused.</exception>
    /// <exception cref="ChunkException">The parent's content is missing or damaged.</exception>
    /// <exception cref="IOException">Content cannot be read, or the store failed.</exception>
    public async Task<LayerManifest> PublishAsync(PublishRequest request, CancellationToken cancellationToken)
    {
        await using PublicationTicket ticket = await _gate.EnterAsync(cancellationToken).ConfigureAwait(false);
        using DataKey key = request.Keyspace.IsService
            ? await _keys.GetConvergentKeyAsync(request.Keyspace, cancellationToken).ConfigureAwait(false)
            : DataKey.Create(_entropy);
        WrappedKey wrapped = await _keys.WrapAsync(request.Keyspace, key, cancellationToken).ConfigureAwait(false);

        List<OpenLayer> related = [];
        LayerChain? parent = null;
        try
        {
            LayerLoader loader = new(_store, _keys, _entropy);
            parent = request.ParentId.IsNone
                ? null
                : await loader.LoadChainAsync(request.ParentId, cancellationToken).ConfigureAwait(false);
            foreach (LayerId id in request.Related)
            {
                related.Add(await loader.LoadAsync(id, cancellationToken).ConfigureAwait(false));
            }
            LayerManifest manifest = await BuildAsync(request, key, wrapped, parent, related, cancellationToken)
                .ConfigureAwait(false);
            await CommitAsync(manifest, key, ticket, cancellationToken).ConfigureAwait(false);
            return manifest;
        }
        finally
        {
            parent?.Dispose();
            related.ForEach(layer => layer.Dispose());
        }
    }

    /// <summary>
    /// Publishes a layer's content anew with another working set laid out first, a few chunks in memory at a time. The
    /// old layer stays: give up its root once nothing starts from it any longer. Layers over the old one keep it.
    /// </summary>
    /// <exception cref="LayerException">The layer or an ancestor is missing or refused.</exception>
    /// <exception cref="KeyException">A key was revoked, or the key service refused.</exception>
    /// <exception cref="ChunkException">A chunk is missing or damaged.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public async Task<LayerManifest> CompactAsync(CompactionRequest request, CancellationToken cancellationToken)
    {
        LayerLoader loader = new(_store, _keys, _entropy);
        using LayerChain chain = await loader.LoadChainAsync(request.Of, cancellationToken).ConfigureAwait(false);
        ChunkLoader chunks = new(_store);
        LayerManifest old = chain.Leaf.Manifest;
        return await PublishAsync(
            new PublishRequest
            {
                Id = request.Id,
                Kind = old.Header.Kind,
                Keyspace = old.Header.Keyspace,
                ParentId = old.Header.ParentId,
                PagesPerChunk = old.PagesPerChunk,
                WorkingSet = request.WorkingSet,
                Spaces =
                [
                    .. old.Spaces.Select(space =>
                        request.Replaced.FirstOrDefault(replaced => replaced.Name == space.Name) ?? new SpaceSource
                        {
                            Name = space.Name,
                            LengthBytes = space.LengthBytes,
                            IsInherited = space.IsInherited,
                            Changed = [.. space.Map.Runs.Select(run => new PageRange(run.First, run.Count))],
                            Content = new LayerPageReader(chain.Resolve(space.Name), chunks),
                        }),
                ],
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<LayerManifest> BuildAsync(
        PublishRequest request,
        DataKey key,
        WrappedKey wrapped,
        LayerChain? parent,
        IReadOnlyList<OpenLayer> related,
        CancellationToken cancellationToken)
    {
        LayerBuilderOptions options = new()
        {
            Id = request.Id.IsNone ? LayerId.Create(_entropy) : request.Id,
            Kind = request.Kind,
            Keyspace = request.Keyspace,
            WrappedKey = wrapped,
            Created = _time.GetUtcNow(),
            Parent = parent,
            Related = related,
            PagesPerChunk = request.PagesPerChunk,
            Parallelism = request.Parallelism,
            WorkingSet = request.WorkingSet,
        };
        LayerBuilder builder = new(options, key, _store, _entropy);
        await using (builder.ConfigureAwait(false))
        {
            foreach (SpaceSource space in request.Spaces)
            {
                await builder.AddAsync(space, cancellationToken).ConfigureAwait(false);
            }
            return await builder.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask CommitAsync(
        LayerManifest manifest, DataKey key, PublicationTicket ticket, CancellationToken cancellationToken)
    {
        byte[] sealedManifest = LayerManifestCodec.Seal(manifest, key, _entropy);
        await LayerCommit.RunAsync(
            _store, ticket, [new LayerCommit.Item(manifest.Id, sealedManifest)], manifest.Id, cancellationToken)
            .ConfigureAwait(false);
    }
}
