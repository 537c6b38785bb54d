using System.Runtime.CompilerServices;

namespace Thaw.Store;

/// <summary>
/// What a store holds, without any key: roots, and the readable parts of manifests. A root keeps its layer, that
/// layer's ancestors and all their chunks; everything else is garbage.
/// </summary>
public sealed class LayerCatalog
{
    private static readonly byte[] s_rootRecord = [.. "THAWROOT"u8, 1, 0, 0, 0, 0, 0, 0, 0];

    private readonly IPrunableChunkStore _store;

    /// <summary>Looks into <paramref name="store"/>.</summary>
    public LayerCatalog(IPrunableChunkStore store) => _store = store;

    /// <summary>The layers that have a root.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    public async IAsyncEnumerable<LayerId> ListRootsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IAsyncEnumerable<StoreEntry> roots = _store.ListAsync(StoreArea.Root, null, cancellationToken);
        await foreach (StoreEntry entry in roots.ConfigureAwait(false))
        {
            if (LayerId.TryParse(entry.Name.Hex, out LayerId id))
            {
                yield return id;
            }
        }
    }

    /// <summary>Whether a layer has a root.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    public async ValueTask<bool> IsRootAsync(LayerId id, CancellationToken cancellationToken) =>
        await _store.FindAsync(StoreName.For(StoreArea.Root, id), cancellationToken).ConfigureAwait(false) is not null;

    /// <summary>
    /// Gives up a layer: it stays while another layer lies over it, and its bytes go with the next garbage collection.
    /// </summary>
    /// <returns>False when it had no root.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    public async ValueTask<bool> RemoveRootAsync(LayerId id, CancellationToken cancellationToken)
    {
        bool wasThere = await _store
            .DeleteAsync(StoreName.For(StoreArea.Root, id), cancellationToken).ConfigureAwait(false);
        await _store.FlushAsync(cancellationToken).ConfigureAwait(false);
        return wasThere;
    }

    /// <summary>Reads the readable part of a manifest, and no more of it.</summary>
    /// <exception cref="LayerException">It is missing or refused.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public async ValueTask<LayerHeader> ReadHeaderAsync(LayerId id, CancellationToken cancellationToken)
    {
        StoreName name = StoreName.For(StoreArea.Layer, id);
        byte[] header = new byte[64 * 1024];
        int count = 0;
        while (true)
        {
            StoreRead read = await _store.ReadAsync(
                name, count, header.AsMemory(count), Freshness.Origin, cancellationToken).ConfigureAwait(false);
            if (!read.IsFound)
            {
                throw new LayerException(LayerFault.Missing, id, "is not in the store");
            }
            count += read.Count;
            LayerHeaderCodec.Extent extent = LayerHeaderCodec.ReadExtent(id, header.AsSpan(0, count));
            if (extent.ObjectBytes != read.ObjectBytes)
            {
                throw new LayerException(
                    LayerFault.Damaged, id, $"has {read.ObjectBytes} of {extent.ObjectBytes} bytes of its manifest");
            }
            if (count >= extent.HeaderBytes)
            {
                return LayerHeaderCodec.Decode(id, header.AsSpan(0, extent.HeaderBytes));
            }
            if (read.Count == 0)
            {
                throw new StoreException(StoreFault.Unavailable, $"Object {name} ended at {count} bytes.", name);
            }
            Array.Resize(ref header, extent.HeaderBytes);
        }
    }

    /// <summary>The headers of a layer and its ancestors, the leaf first.</summary>
    /// <exception cref="LayerException">One is missing or refused, or the chain loops or is too long.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public async ValueTask<IReadOnlyList<LayerHeader>> ReadChainAsync(LayerId id, CancellationToken cancellationToken)
    {
        List<LayerHeader> chain = [];
        for (LayerId next = id; !next.IsNone; next = chain[^1].ParentId)
        {
            LayerAncestry.RequireRoom(id, next, chain.Select(header => header.Id));
            chain.Add(await ReadHeaderAsync(next, cancellationToken).ConfigureAwait(false));
        }
        return chain;
    }

    internal async ValueTask AddRootAsync(LayerId id, CancellationToken cancellationToken)
    {
        await _store.PutAsync(
            StoreName.For(StoreArea.Root, id), s_rootRecord, PutMode.Replace, cancellationToken).ConfigureAwait(false);
        await _store.FlushAsync(cancellationToken).ConfigureAwait(false);
    }
}
