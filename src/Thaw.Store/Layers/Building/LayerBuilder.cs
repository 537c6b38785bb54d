using System.Collections.Immutable;

namespace Thaw.Store;

/// <summary>
/// Builds a layer: compares spaces with the parent's, stores the pages that differ, and in the end describes it all in
/// a manifest. Writes chunks only; <see cref="LayerPublisher"/> makes the layer real. Not for several threads at once.
/// </summary>
public sealed class LayerBuilder : IAsyncDisposable
{
    private readonly LayerBuilderOptions _options;
    private readonly IChunkStore _store;
    private readonly ChunkSealer _sealer;
    private readonly ChunkPacker _packer;
    private readonly List<LayerSpace> _spaces = [];

    /// <summary>Begins a layer.</summary>
    /// <param name="options">What to build.</param>
    /// <param name="key">The layer's data key in the clear; may be disposed after the call.</param>
    /// <param name="store">Where chunks go.</param>
    /// <param name="entropy">Where nonces come from.</param>
    /// <exception cref="LayerException">The layer may not have this parent or these relatives.</exception>
    public LayerBuilder(LayerBuilderOptions options, DataKey key, IWritableChunkStore store, IEntropy entropy)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.PagesPerChunk, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(
            options.PagesPerChunk, StoreLimits.PagesPerChunkMax, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Parallelism, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(
            options.Parallelism, StoreLimits.ParallelismMax, nameof(options));
        if (options.Parent is { } parent)
        {
            LayerAncestry.RequireRoom(options.Id, options.Id, parent.Layers.Select(layer => layer.Id));
            LayerAncestry.RequireFit(HeaderWith(options, [options.WrappedKey], []), parent.Leaf.Manifest.Header);
        }
        _options = options;
        _store = store;
        SharedChunks shared = new(options.Related, options.Keyspace, key.Id);
        _sealer = new ChunkSealer(key, options.Keyspace, entropy);
        _packer = new ChunkPacker(
            store, _sealer, options.WrappedKey, shared, options.PagesPerChunk, options.Parallelism);
    }

    /// <summary>Adds a space. Chunks are written while the next pages are read, and after this returns.</summary>
    /// <exception cref="ArgumentException">The space's name is taken or bad, or its length over its bound.</exception>
    /// <exception cref="ChunkException">The parent's content is missing or damaged.</exception>
    /// <exception cref="IOException">The content cannot be read, or a chunk written.</exception>
    public async ValueTask AddAsync(SpaceSource source, CancellationToken cancellationToken)
    {
        bool isGood = LayerSpace.IsGoodName(source.Name)
            && _spaces.TrueForAll(space => space.Name != source.Name)
            && _spaces.Count < StoreLimits.SpacesMax
            && source.LengthBytes is >= 0 and <= StoreLimits.SpaceBytesMax;
        if (!isGood)
        {
            throw new ArgumentException(
                $"A space \"{source.Name}\" of {source.LengthBytes} bytes cannot be added.", nameof(source));
        }
        PageResolver? inherited = source.IsInherited && _options.Parent is { } parent
            && parent.Leaf.Manifest.FindSpace(source.Name) is not null
            ? parent.Resolve(source.Name)
            : null;
        IPageReader? baseReader = inherited is null
            ? null
            : source.Base ?? new LayerPageReader(inherited, new ChunkLoader(_store));
        SpaceScan scan = new(source, baseReader, inherited?.Space.PageCount ?? 0, _packer);
        IEnumerable<PageRange> priority = _options.WorkingSet
            .Where(entry => entry.Space == source.Name).Select(entry => entry.Pages);
        _spaces.Add(await scan.RunAsync(priority, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Waits until all chunks are written, and describes the layer.</summary>
    /// <exception cref="IOException">A chunk could not be written.</exception>
    public async ValueTask<LayerManifest> CompleteAsync(CancellationToken cancellationToken)
    {
        await _packer.DrainAsync(cancellationToken).ConfigureAwait(false);
        ImmutableArray<LayerChunk> chunks = _packer.Chunks;
        LayerTotals totals = new(
            _spaces.Sum(space => space.Map.StoredPages),
            _spaces.Sum(space => space.Map.ZeroPages),
            chunks.Where(chunk => !chunk.IsShared).Sum(chunk => (long)chunk.SealedBytes),
            chunks.Where(chunk => chunk.IsShared).Sum(chunk => (long)chunk.SealedBytes));
        return new LayerManifest(
            HeaderWith(_options, _packer.Keys, [.. chunks.Select(chunk => chunk.Id)]),
            _options.PagesPerChunk,
            chunks,
            _packer.Sequence,
            [.. _spaces],
            [.. _options.WorkingSet],
            totals);
    }

    /// <summary>Gives up what is not completed, and wipes the key.</summary>
    public async ValueTask DisposeAsync()
    {
        await _packer.DisposeAsync().ConfigureAwait(false);
        _sealer.Dispose();
    }

    private static LayerHeader HeaderWith(
        LayerBuilderOptions options, ImmutableArray<WrappedKey> keys, ImmutableArray<ChunkId> chunkIds) => new()
        {
            Id = options.Id,
            ParentId = options.Parent?.Leaf.Id ?? default,
            Kind = options.Kind,
            Keyspace = options.Keyspace,
            Created = options.Created,
            Keys = keys,
            ChunkIds = chunkIds,
        };
}
