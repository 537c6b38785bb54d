using Thaw.Store.Tests;

namespace Thaw.Store.S3.Tests;

/// <summary>The whole life of layers on a real S3 server, through the decorators that a worker uses.</summary>
public sealed class S3LayerTests(S3Server server) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly SystemEntropy _entropy = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Layers_PublishedReadVerifiedAndCollected()
    {
        using S3ChunkStore s3 = server.Open(server.NewLocation());
        using LimitingChunkStore limiting = new(s3, inFlightMax: 8);
        RetryingChunkStore origin = new(limiting, new RetryOptions { Jitter = () => 0.5 }, TimeProvider.System);
        using CachingChunkStore store = new(
            origin,
            new CacheOptions { Directory = _directory.Combine("cache"), BytesMax = 100_000_000 },
            _entropy,
            TimeProvider.System);
        LocalKeyFileService keys = new(_directory.Combine("keys.json"), _entropy, TimeProvider.System);
        StoreGate gate = new(origin, _entropy, TimeProvider.System);
        LayerPublisher publisher = new(store, gate, keys, _entropy, TimeProvider.System);
        byte[] memory = Pages.Mixed(1, 300);
        byte[] changed = Pages.Changed(memory, 2, 10);

        LayerManifest boot = await publisher.PublishAsync(Request(LayerKind.Boot, default, memory), Token);
        LayerManifest function = await publisher.PublishAsync(Request(LayerKind.Function, boot.Id, changed), Token);
        long bytesBefore = s3.Counters.Read().BytesRead;
        using (LayerChain chain = await new LayerLoader(store, keys, _entropy).LoadChainAsync(function.Id, Token))
        {
            byte[] read = new byte[changed.Length];
            LayerPageReader reader = new(chain.Resolve(LayerSpace.Memory), new ChunkLoader(store));
            await reader.ReadAsync(0, read, Token);
            Assert.Equal(changed, read);
        }

        // All of it was written through the cache.
        Assert.Equal(bytesBefore, s3.Counters.Read().BytesRead);
        Assert.True((await new LayerVerifier(origin, keys, _entropy).VerifyAllAsync(Token)).IsGood);
        LayerCatalog catalog = new(origin);
        Assert.True(await catalog.RemoveRootAsync(boot.Id, Token));
        Assert.True(await catalog.RemoveRootAsync(function.Id, Token));
        CollectionReport report = await new GarbageCollector(origin, gate, TimeProvider.System)
            .RunAsync(new CollectionOptions { Grace = TimeSpan.FromSeconds(-10) }, Token);
        Assert.Equal(2, report.LayersRemoved);
        Assert.Equal(boot.Chunks.Length + function.Chunks.Length, report.ChunksRemoved);
    }

    private static PublishRequest Request(LayerKind kind, LayerId parent, byte[] memory) => new()
    {
        Kind = kind,
        Keyspace = kind == LayerKind.Function ? Keyspace.Account("alice") : Keyspace.Service,
        ParentId = parent,
        PagesPerChunk = 8,
        Spaces =
        [
            new SpaceSource
            {
                Name = LayerSpace.Memory,
                LengthBytes = memory.Length,
                Content = new MemoryPageReader(memory),
            },
        ],
    };
}
