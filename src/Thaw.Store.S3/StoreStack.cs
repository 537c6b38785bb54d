namespace Thaw.Store.S3;

/// <summary>
/// An open store with all that stands around it: retries, bounds, the local cache of a remote one, keys, the gate
/// between publications and sweeps.
/// </summary>
public sealed class StoreStack : IAsyncDisposable
{
    private const int RequestsMax = 32;

    private readonly LimitingChunkStore _limiting;
    private readonly CachingChunkStore? _caching;
    private readonly S3ChunkStore? _bucket;

    private StoreStack(StoreSetup setup, TimeProvider time)
    {
        Setup = setup;
        Time = time;
        IPrunableChunkStore store;
        if (setup.IsRemote)
        {
            S3Location location = S3Location.TryParse(setup.Location, out S3Location? parsed)
                ? parsed
                : throw new StoreException(
                    StoreFault.Misconfigured, $"\"{setup.Location}\" does not look like s3://bucket/prefix.");
            store = _bucket = S3ChunkStore.Open(new S3StoreOptions
            {
                Location = location,
                Endpoint = setup.S3Endpoint,
                ConnectionsMax = RequestsMax,
            });
        }
        else
        {
            store = new LocalChunkStore(setup.Location, Durability.Full, Entropy);
        }
        _limiting = new LimitingChunkStore(setup.Around(store), RequestsMax);
        Origin = new RetryingChunkStore(_limiting, new RetryOptions { Jitter = Random.Shared.NextDouble }, time);
        _caching = setup.IsRemote
            ? new CachingChunkStore(
                Origin,
                new CacheOptions { Directory = setup.CacheDirectory, BytesMax = setup.CacheBytesMax },
                Entropy,
                time)
            : null;
        Store = _caching is null ? Origin : _caching;
        Keys = new LocalKeyFileService(setup.KeyFile, Entropy, time);
        Gate = new StoreGate(Origin, Entropy, time);
        Catalog = new LayerCatalog(Origin);
        Loader = new LayerLoader(Store, Keys, Entropy);
    }

    /// <summary>What it was opened with.</summary>
    public StoreSetup Setup { get; }

    /// <summary>The store that holds everything; for what must not see a cache.</summary>
    public IPrunableChunkStore Origin { get; }

    /// <summary>The store for reads of layers and chunks: the origin, behind a cache when it is remote.</summary>
    public IPrunableChunkStore Store { get; }

    /// <summary>Hits, misses and bytes moved of the local cache; null where there is none.</summary>
    public StoreCounters? CacheCounters => _caching?.Counters;

    /// <summary>Master keys.</summary>
    public IKeyService Keys { get; }

    /// <summary>Keeps publications and sweeps apart.</summary>
    public StoreGate Gate { get; }

    /// <summary>What is there, without keys.</summary>
    public LayerCatalog Catalog { get; }

    /// <summary>Opens layers.</summary>
    public LayerLoader Loader { get; }

    /// <summary>Where random bytes come from.</summary>
    public IEntropy Entropy { get; } = new SystemEntropy();

    /// <summary>The clock of all parts.</summary>
    public TimeProvider Time { get; }

    /// <summary>Opens a store; a directory is made when it is not there.</summary>
    /// <exception cref="StoreException">The location makes no sense, or cannot be used.</exception>
    public static StoreStack Open(StoreSetup setup, TimeProvider time) => new(setup, time);

    /// <summary>
    /// Asks the origin for something that nobody has: one request and no retries, so that a wrong bucket or missing
    /// rights are known before they are in somebody's way, and the code that speaks to it has run once.
    /// </summary>
    /// <exception cref="StoreException">It cannot be read.</exception>
    public async ValueTask ProbeAsync(CancellationToken cancellationToken)
    {
        StoreName nothing = StoreName.For(StoreArea.Layer, LayerId.Create(Entropy));
        await _limiting.ReadAsync(nothing, 0, new byte[1], Freshness.Origin, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_caching is not null)
        {
            await _caching.DisposeAsync().ConfigureAwait(false);
        }
        _limiting.Dispose();
        _bucket?.Dispose();
    }
}
