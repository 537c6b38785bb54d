using Thaw.Pager.CommandLine;
using Thaw.Pager.Fetching;
using Thaw.Store;
using Thaw.Store.S3;

namespace Thaw.Pager.Layers;

/// <summary>The store that the command line names, with what stands before it: bound, meter, cache.</summary>
internal sealed class StoreStack : IDisposable
{
    private const int RequestsMax = PagerLimits.FaultFlightsMax + PagerLimits.PrefetchFlightsMax;

    private readonly IDisposable? _origin;
    private readonly LimitingChunkStore _limit;
    private readonly CachingChunkStore? _cache;

    private StoreStack(IPrunableChunkStore origin, PagerOptions options)
    {
        SystemEntropy entropy = new();
        _origin = origin as IDisposable;
        // Failures are asked again by whoever waits, with the patience that the command line gives.
        _limit = new LimitingChunkStore(origin, RequestsMax);
        OriginMeter meter = new(_limit);
        _cache = options.CacheFolder is { } folder
            ? new CachingChunkStore(
                meter,
                new CacheOptions { Directory = folder, BytesMax = options.CacheBytes },
                entropy,
                TimeProvider.System)
            : null;
        FetchOptions fetch = new() { Patience = options.Patience };
        Opener = new LayerOpener(
            _cache is null ? meter : _cache,
            meter,
            new LocalKeyFileService(options.KeyFile!, entropy, TimeProvider.System),
            entropy,
            new SourceRetry(fetch, TimeProvider.System));
    }

    /// <summary>Opens layers.</summary>
    internal LayerOpener Opener { get; }

    /// <summary>Opens the store that the options name; null when they name none.</summary>
    /// <exception cref="StoreException">It cannot be opened.</exception>
    internal static StoreStack? Open(PagerOptions options)
    {
        if (options.Store is not { } where)
        {
            return null;
        }
        IPrunableChunkStore origin = S3Location.TryParse(where, out S3Location? bucket)
            ? S3ChunkStore.Open(new S3StoreOptions
            {
                Location = bucket,
                Endpoint = options.S3Endpoint,
                Region = options.S3Region,
                ConnectionsMax = RequestsMax,
            })
            : new LocalChunkStore(where, Durability.Full, new SystemEntropy());
        return new StoreStack(origin, options);
    }

    public void Dispose()
    {
        _cache?.Dispose();
        _limit.Dispose();
        _origin?.Dispose();
    }
}
