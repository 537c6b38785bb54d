using System.Collections.Immutable;

namespace Thaw.Store;

/// <summary>
/// Opens layers: reads their manifests, asks the key service for their keys, checks how they fit together.
/// </summary>
public sealed class LayerLoader
{
    private readonly IChunkStore _store;
    private readonly IKeyService _keys;
    private readonly IEntropy _entropy;

    /// <summary>Loads from a store with the keys of a key service.</summary>
    public LayerLoader(IChunkStore store, IKeyService keys, IEntropy entropy)
    {
        _store = store;
        _keys = keys;
        _entropy = entropy;
    }

    /// <summary>Opens a layer and all its ancestors.</summary>
    /// <exception cref="LayerException">
    /// A manifest is missing or refused, or the chain loops or is too long.
    /// </exception>
    /// <exception cref="KeyException">A key was revoked, or the key service refused.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public async ValueTask<LayerChain> LoadChainAsync(LayerId id, CancellationToken cancellationToken)
    {
        ImmutableArray<OpenLayer>.Builder layers = ImmutableArray.CreateBuilder<OpenLayer>();
        try
        {
            LayerId next = id;
            do
            {
                LayerAncestry.RequireRoom(id, next, layers.Select(layer => layer.Id));
                OpenLayer layer = await LoadAsync(next, cancellationToken).ConfigureAwait(false);
                layers.Add(layer);
                if (layers.Count > 1)
                {
                    LayerAncestry.RequireFit(layers[^2].Manifest.Header, layer.Manifest.Header);
                }
                next = layer.Manifest.Header.ParentId;
            }
            while (!next.IsNone);
            return new LayerChain(layers.ToImmutable());
        }
        catch
        {
            foreach (OpenLayer layer in layers)
            {
                layer.Dispose();
            }
            throw;
        }
    }

    /// <summary>Opens one layer without its ancestors.</summary>
    /// <exception cref="LayerException">Its manifest is missing or refused.</exception>
    /// <exception cref="KeyException">A key was revoked, or the key service refused.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public async ValueTask<OpenLayer> LoadAsync(LayerId id, CancellationToken cancellationToken)
    {
        try
        {
            return await LoadAsync(id, Freshness.Cached, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
            when (e is LayerException or KeyException { Fault: KeyFault.Unknown or KeyFault.NotAuthentic })
        {
            // Perhaps a damaged or outdated copy in a cache.
            return await LoadAsync(id, Freshness.Origin, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<OpenLayer> LoadAsync(LayerId id, Freshness freshness, CancellationToken cancellationToken)
    {
        byte[] bytes = await ObjectReader.ReadAllAsync(
            _store,
            StoreName.For(StoreArea.Layer, id),
            StoreLimits.ObjectBytesMax,
            freshness,
            cancellationToken).ConfigureAwait(false)
            ?? throw new LayerException(LayerFault.Missing, id, "is not in the store");
        LayerHeader header = LayerManifestCodec.ReadHeader(id, bytes);
        return await LayerOpening.OpenAsync(header, bytes, UnwrapAsync, _entropy, cancellationToken)
            .ConfigureAwait(false);
    }

    private ValueTask<DataKey> UnwrapAsync(LayerHeader header, int keyIndex, CancellationToken cancellationToken) =>
        _keys.UnwrapAsync(header.Keyspace, header.Keys[keyIndex], cancellationToken);
}
