namespace Thaw.Store.Tests;

/// <summary>Publishing to and reading from stores that misbehave, through the decorators that a worker uses.</summary>
public sealed class PublishFaultTests : IDisposable
{
    private readonly World _world = new();
    private readonly byte[] _memory = Pages.Mixed(1, 200);

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Publish_IntoAStoreWithoutRoom_SaysSoAndLeavesNoRoot()
    {
        int puts = 0;
        _world.Store.Decide = (_, name) => name?.Area == StoreArea.Chunk && ++puts > 3 ? Fault.OutOfSpace : Fault.None;

        StoreException exception = await Assert.ThrowsAsync<StoreException>(() => _world.PublishBootAsync(_memory));

        Assert.Equal(StoreFault.OutOfSpace, exception.Fault);
        Assert.Empty(await _world.ListAsync(StoreArea.Root));
        Assert.Empty(await _world.ListAsync(StoreArea.Publication));
    }

    [Fact]
    public async Task PublishAndRead_WithOneRequestInThreeFailing_Succeed()
    {
        FaultInjectingChunkStore flaky = new(_world.Memory, _world.Time)
        {
            Decide = (request, _) => request % 3 == 0 ? Fault.Unavailable : Fault.None,
        };
        RetryingChunkStore store = new(
            flaky,
            new RetryOptions
            {
                Jitter = () => 0.5,
                DelayFirst = TimeSpan.FromTicks(1),
                DelayMax = TimeSpan.FromTicks(1),
                RetriesMax = 50,
            },
            TimeProvider.System);
        StoreGate gate = new(store, _world.Entropy, TimeProvider.System);
        LayerPublisher publisher = new(store, gate, _world.Keys, _world.Entropy, TimeProvider.System);

        LayerManifest layer = await publisher.PublishAsync(
            new PublishRequest
            {
                Kind = LayerKind.Function,
                Keyspace = World.Alice,
                PagesPerChunk = 4,
                Spaces =
                [
                    new SpaceSource
                    {
                        Name = LayerSpace.Memory,
                        LengthBytes = _memory.Length,
                        Content = new MemoryPageReader(_memory),
                    },
                ],
            },
            World.Token);

        Assert.True((await new LayerVerifier(store, _world.Keys, _world.Entropy).VerifyAllAsync(World.Token)).IsGood);
        Assert.Equal(_memory, await _world.ReadAsync(layer.Id));
        Assert.True(store.Counters.Read().Retries > 10);
    }

    [Fact]
    public async Task TwoPublishersAtOnce_OfOneContent_BothSucceed()
    {
        LayerManifest[] layers = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => Task.Run(() => _world.PublishBootAsync(_memory))));

        Assert.Equal(4, layers.Select(layer => layer.Id).Distinct().Count());
        Assert.All(layers, layer => Assert.Equal([.. layers[0].Header.ChunkIds], layer.Header.ChunkIds.ToHashSet()));
        Assert.True((await _world.Verifier.VerifyAllAsync(World.Token)).IsGood);
    }

    [Fact]
    public async Task Publish_Cancelled_LeavesNoRoot()
    {
        using CancellationTokenSource cancelled = new();
        int puts = 0;
        _world.Store.Decide = (_, name) =>
        {
            if (name?.Area == StoreArea.Chunk && ++puts == 5)
            {
                cancelled.Cancel();
            }
            return Fault.None;
        };
        PublishRequest request = new()
        {
            Kind = LayerKind.Boot,
            Keyspace = Keyspace.Service,
            PagesPerChunk = 1,
            Spaces =
            [
                new SpaceSource
                {
                    Name = LayerSpace.Memory,
                    LengthBytes = _memory.Length,
                    Content = new MemoryPageReader(_memory),
                },
            ],
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _world.Publisher.PublishAsync(request, cancelled.Token));

        Assert.Empty(await _world.ListAsync(StoreArea.Root));
        Assert.Empty(await _world.ListAsync(StoreArea.Publication));
    }

    [Fact]
    public async Task Publish_UnderAGivenId_CanBeAskedForAfterwards()
    {
        LayerId id = LayerId.Create(_world.Entropy);
        Assert.False(await _world.Catalog.IsRootAsync(id, World.Token));

        await _world.Publisher.PublishAsync(
            new PublishRequest { Id = id, Kind = LayerKind.Boot, Keyspace = Keyspace.Service, Spaces = [] },
            World.Token);

        Assert.True(await _world.Catalog.IsRootAsync(id, World.Token));
    }
}
