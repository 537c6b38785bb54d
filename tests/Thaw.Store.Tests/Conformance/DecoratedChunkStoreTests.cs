namespace Thaw.Store.Tests;

/// <summary>Decorators over a store in memory.</summary>
public sealed class LimitingChunkStoreTests : ChunkStoreConformance, IDisposable
{
    private readonly LimitingChunkStore _store = new(new MemoryChunkStore(TimeProvider.System), inFlightMax: 2);

    protected override IPrunableChunkStore Store => _store;

    public void Dispose() => _store.Dispose();
}

/// <inheritdoc cref="LimitingChunkStoreTests"/>
public sealed class RetryingChunkStoreTests : ChunkStoreConformance
{
    protected override IPrunableChunkStore Store { get; } = new RetryingChunkStore(
        new MemoryChunkStore(TimeProvider.System), new RetryOptions { Jitter = () => 0.5 }, TimeProvider.System);
}

/// <inheritdoc cref="LimitingChunkStoreTests"/>
public sealed class CachingChunkStoreTests : ChunkStoreConformance, IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly CachingChunkStore _store;

    public CachingChunkStoreTests() => _store = new CachingChunkStore(
        new MemoryChunkStore(TimeProvider.System),
        new CacheOptions { Directory = _directory.Path, BytesMax = 10_000_000 },
        new SystemEntropy(),
        TimeProvider.System);

    protected override IPrunableChunkStore Store => _store;

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _directory.Dispose();
    }
}

/// <summary>All decorators, as a worker stacks them, over a store that fails one request in three.</summary>
public sealed class StackedChunkStoreTests : ChunkStoreConformance, IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly LimitingChunkStore _limiting;
    private readonly CachingChunkStore _caching;

    public StackedChunkStoreTests()
    {
        FaultInjectingChunkStore origin = new(new MemoryChunkStore(TimeProvider.System), TimeProvider.System)
        {
            Decide = (request, _) => request % 3 == 2 ? Fault.Unavailable : Fault.None,
        };
        _limiting = new LimitingChunkStore(origin, inFlightMax: 8);
        RetryingChunkStore retrying = new(
            _limiting,
            new RetryOptions
            {
                Jitter = () => 0.5,
                DelayFirst = TimeSpan.FromTicks(1),
                DelayMax = TimeSpan.FromTicks(1),
                RetriesMax = 50,
            },
            TimeProvider.System);
        _caching = new CachingChunkStore(
            retrying,
            new CacheOptions { Directory = _directory.Path, BytesMax = 10_000_000 },
            new SystemEntropy(),
            TimeProvider.System);
    }

    protected override IPrunableChunkStore Store => _caching;

    public async ValueTask DisposeAsync()
    {
        await _caching.DisposeAsync();
        _limiting.Dispose();
        _directory.Dispose();
    }
}
