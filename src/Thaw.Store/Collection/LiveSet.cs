namespace Thaw.Store;

/// <summary>What roots keep: layers with their ancestors, and their chunks.</summary>
internal sealed class LiveSet
{
    private readonly LayerCatalog _catalog;
    private readonly HashSet<LayerId> _roots = [];
    private readonly HashSet<LayerId> _layers = [];
    private readonly HashSet<ChunkId> _chunks = [];

    internal LiveSet(LayerCatalog catalog) => _catalog = catalog;

    internal int Roots => _roots.Count;

    internal int Layers => _layers.Count;

    internal long Chunks => _chunks.Count;

    /// <summary>Adds what roots keep that were not there before.</summary>
    /// <exception cref="LayerException">
    /// A live manifest is missing or damaged: what it names is not known, so that nothing may be removed.
    /// </exception>
    internal async ValueTask MarkAsync(CancellationToken cancellationToken)
    {
        await foreach (LayerId root in _catalog.ListRootsAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_roots.Add(root))
            {
                await MarkChainAsync(root, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    internal bool Has(StoreName name) => name.Area switch
    {
        StoreArea.Chunk => ChunkId.TryParse(name.Hex, out ChunkId id) && _chunks.Contains(id),
        StoreArea.Layer or StoreArea.WorkingSet or StoreArea.WorkingSetPages =>
            LayerId.TryParse(name.Hex, out LayerId id) && _layers.Contains(id),
        _ => true,
    };

    private async ValueTask MarkChainAsync(LayerId root, CancellationToken cancellationToken)
    {
        // Within a chain no layer may come twice; one that another root marked has its ancestors marked, too.
        List<LayerId> chain = [];
        for (LayerId next = root; !next.IsNone && !_layers.Contains(next);)
        {
            LayerAncestry.RequireRoom(root, next, chain);
            LayerHeader header = await _catalog.ReadHeaderAsync(next, cancellationToken).ConfigureAwait(false);
            _chunks.UnionWith(header.ChunkIds);
            chain.Add(next);
            next = header.ParentId;
        }
        _layers.UnionWith(chain);
    }
}
