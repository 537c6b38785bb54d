using Thaw.Pager.Sources;
using Thaw.Store;

namespace Thaw.Pager.Layers;

/// <summary>One space of a chain of layers in a store, each chunk verified when it is loaded.</summary>
internal sealed class LayerPageSource : IPageSource
{
    private readonly PageResolver _resolver;
    private readonly ChunkLoader _loader;
    private readonly OriginMeter _meter;

    /// <summary>Takes over the resolver's chain.</summary>
    /// <exception cref="SourceException">
    /// The space has more pages, or its chunks are larger, than are served.
    /// </exception>
    internal LayerPageSource(PageResolver resolver, ChunkLoader loader, OriginMeter meter)
    {
        _resolver = resolver;
        _loader = loader;
        _meter = meter;
        string space = resolver.Space.Name;
        PagesPerChunk = resolver.Chain.Layers.Max(layer => layer.Manifest.PagesPerChunk);
        if (resolver.Space.PageCount is <= 0 or > PagerLimits.PagesMax || PagesPerChunk > PagerLimits.PagesPerChunkMax)
        {
            throw new SourceException(
                $"Layer {resolver.Chain.Leaf.Id} has {resolver.Space.PageCount} pages of \"{space}\" in chunks of "
                + $"{PagesPerChunk}; at most {PagerLimits.PagesMax} in chunks of {PagerLimits.PagesPerChunkMax} are "
                + "served.",
                isTransient: false);
        }
        PageCount = (uint)resolver.Space.PageCount;
        Layers = [.. resolver.Chain.Layers.Select(layer => $"layer:{layer.Id}/{space}")];
        Runs = JoinRuns(resolver);
    }

    public IReadOnlyList<string> Layers { get; }

    public uint PageCount { get; }

    public int PagesPerChunk { get; }

    public IReadOnlyList<SourceRun> Runs { get; }

    public ChunkRef ChunkOf(uint page)
    {
        PageSegment segment = _resolver.Resolve(page);
        LayerManifest manifest = _resolver.Chain.Layers[segment.Depth].Manifest;
        return new ChunkRef(segment.Depth, manifest.Locate(segment.Run.Position).SequenceIndex);
    }

    public IEnumerable<ChunkRun> PagesOf(ChunkRef chunk)
    {
        uint start = _resolver.Chain.Layers[chunk.Layer].Manifest.StartOf(chunk.Index);
        return _resolver.PagesOf(chunk.Layer, chunk.Index)
            .Select(segment => new ChunkRun(segment.First, segment.Count, (int)(segment.Run.Position - start)));
    }

    public async ValueTask<ChunkLoad> LoadAsync(
        ChunkRef chunk, Memory<byte> destination, CancellationToken cancellationToken)
    {
        OpenLayer layer = _resolver.Chain.Layers[chunk.Layer];
        LayerChunk stored = layer.Manifest.Chunks[layer.Manifest.Sequence[chunk.Index]];
        try
        {
            await _loader.LoadAsync(layer, chunk.Index, destination, cancellationToken).ConfigureAwait(false);
            return new ChunkLoad(stored.SealedBytes, _meter.Take(stored.Id));
        }
        catch (ChunkException e)
        {
            _meter.Take(stored.Id);
            throw new SourceException(e.Message, isTransient: false, e);
        }
        catch (StoreException e)
        {
            _meter.Take(stored.Id);
            throw new SourceException(e.Message, e.IsTransient, e);
        }
    }

    public void Dispose() => _resolver.Chain.Dispose();

    // Where a page lies in its layer's data does not matter to what is mapped.
    private static List<SourceRun> JoinRuns(PageResolver resolver)
    {
        List<SourceRun> runs = [];
        foreach (PageSegment segment in resolver.Segments)
        {
            if (runs.Count > 0 && runs[^1].Layer == segment.Depth && runs[^1].IsZero == segment.IsZero)
            {
                runs[^1] = runs[^1] with { Count = runs[^1].Count + segment.Count };
            }
            else
            {
                runs.Add(new SourceRun(segment.First, segment.Count, segment.Depth, segment.IsZero));
            }
        }
        return runs;
    }
}
