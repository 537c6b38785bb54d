using Thaw.Pager.Control;
using Thaw.Pager.Fetching;
using Thaw.Pager.Sources;
using Thaw.Protocol;
using Thaw.Store;

namespace Thaw.Pager.Layers;

/// <summary>Opens layers of a store: reads their manifests, asks for their keys.</summary>
internal sealed class LayerOpener : ISourceOpener
{
    private readonly LayerLoader _layers;
    private readonly ChunkLoader _chunks;
    private readonly WorkingSetStore _workingSets;
    private readonly WorkingSetPagesStore _workingSetPages;
    private readonly OriginMeter _meter;
    private readonly SourceRetry _retry;

    /// <summary>Opens layers of a store with the keys of a key service.</summary>
    /// <param name="store">The store, a cache perhaps.</param>
    /// <param name="meter">The store behind the cache.</param>
    /// <param name="keys">The key service.</param>
    /// <param name="entropy">For nonces of working sets.</param>
    /// <param name="retry">How long to ask a store that fails.</param>
    internal LayerOpener(
        IWritableChunkStore store, OriginMeter meter, IKeyService keys, IEntropy entropy, SourceRetry retry)
    {
        _layers = new LayerLoader(store, keys, entropy);
        _chunks = new ChunkLoader(store);
        _workingSets = new WorkingSetStore(store, keys, entropy);
        _workingSetPages = new WorkingSetPagesStore(store, keys, entropy);
        _meter = meter;
        _retry = retry;
    }

    public string? KeyOf(PagerRequest request) =>
        request.Layer is { } layer ? $"layer:{layer.ToLowerInvariant()}/{SpaceOf(request)}" : null;

    public async ValueTask<OpenedSource> OpenAsync(PagerRequest request, CancellationToken cancellationToken)
    {
        if (!LayerId.TryParse(request.Layer?.ToLowerInvariant(), out LayerId id))
        {
            throw new SourceException($"\"{request.Layer}\" is no layer's name.", isTransient: false);
        }
        LayerChain chain = await _retry
            .RunAsync(token => LoadAsync(id, token), cancellationToken).ConfigureAwait(false);
        try
        {
            string space = SpaceOf(request);
            LayerPageSource source = new(chain.Resolve(space), _chunks, _meter);
            return new OpenedSource(
                source, new LayerWorkingSets(_workingSets, _workingSetPages, chain.Leaf.Manifest, space));
        }
        catch (LayerException e)
        {
            chain.Dispose();
            throw new SourceException(e.Message, isTransient: false, e);
        }
        catch
        {
            chain.Dispose();
            throw;
        }
    }

    private static string SpaceOf(PagerRequest request) => request.Space ?? LayerSpace.Memory;

    private async ValueTask<LayerChain> LoadAsync(LayerId id, CancellationToken cancellationToken)
    {
        try
        {
            return await _layers.LoadChainAsync(id, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            throw new SourceException(e.Message, e.IsTransient, e);
        }
        catch (Exception e) when (e is LayerException or KeyException)
        {
            throw new SourceException(e.Message, isTransient: false, e);
        }
    }
}
