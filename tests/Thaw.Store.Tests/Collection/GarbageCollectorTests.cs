namespace Thaw.Store.Tests;

public sealed class GarbageCollectorTests : IDisposable
{
    private readonly World _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Collect_OfALiveTree_RemovesNothing()
    {
        (LayerManifest boot, LayerManifest function) = await PublishTreeAsync();
        int objects = await CountAsync();

        CollectionReport report = await CollectAsync();

        Assert.Equal((2, 2, 0L), (report.Roots, report.LayersLive, report.ChunksRemoved));
        Assert.Equal(boot.Chunks.Length + function.Chunks.Length, report.ChunksLive);
        Assert.Equal(objects, await CountAsync());
    }

    [Fact]
    public async Task Collect_AfterARootWasGivenUp_RemovesWhatOnlyItHad()
    {
        (LayerManifest boot, LayerManifest function) = await PublishTreeAsync();
        await new WorkingSetStore(_world.Store, _world.Keys, _world.Entropy)
            .SaveAsync(function, [new WorkingSetEntry(LayerSpace.Memory, new PageRange(0, 1))], World.Token);
        Assert.True(await _world.Catalog.RemoveRootAsync(function.Id, World.Token));

        CollectionReport report = await CollectAsync();

        Assert.Equal((1, 1, 1), (report.Roots, report.LayersLive, report.LayersRemoved));
        Assert.Equal(function.Chunks.Length, report.ChunksRemoved);
        Assert.True(report.BytesFreed > function.Totals.BytesStored);
        Assert.Equal(
            boot.Header.ChunkIds.Select(StoreName.For).OrderBy(name => name.Hex),
            await _world.ListAsync(StoreArea.Chunk));
        Assert.Empty(await _world.ListAsync(StoreArea.WorkingSet));
        Assert.True((await _world.Verifier.VerifyAllAsync(World.Token)).IsGood);
    }

    [Fact]
    public async Task Collect_OfAParentWithoutRoot_LeavesItForItsChildren()
    {
        (LayerManifest boot, LayerManifest function) = await PublishTreeAsync();
        await _world.Catalog.RemoveRootAsync(boot.Id, World.Token);

        Assert.Equal(0, (await CollectAsync()).LayersRemoved);
        Assert.True((await _world.Verifier.VerifyAsync(function.Id, World.Token)).IsGood);

        await _world.Catalog.RemoveRootAsync(function.Id, World.Token);
        Assert.Equal(2, (await CollectAsync()).LayersRemoved);
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task Collect_AfterAnAccountsLastVersion_LeavesNoneOfItsBytes()
    {
        LayerManifest boot = await _world.PublishBootAsync(Pages.Mixed(1, 40));
        int before = await CountAsync();
        LayerManifest first = await _world.PublishFunctionAsync(Pages.Mixed(2, 40), boot.Id);
        LayerManifest second = await _world.PublishFunctionAsync(Pages.Mixed(3, 40), boot.Id, null, first.Id);
        await _world.Catalog.RemoveRootAsync(first.Id, World.Token);
        await _world.Catalog.RemoveRootAsync(second.Id, World.Token);

        await CollectAsync();

        Assert.Equal(before, await CountAsync());
    }

    [Fact]
    public async Task Collect_WithinTheGracePeriod_LeavesGarbage()
    {
        (_, LayerManifest function) = await PublishTreeAsync();
        await _world.Catalog.RemoveRootAsync(function.Id, World.Token);
        _world.Time.Advance(TimeSpan.FromMinutes(59));

        CollectionReport early = await CollectAsync(new CollectionOptions());
        _world.Time.Advance(TimeSpan.FromMinutes(2));
        CollectionReport late = await CollectAsync(new CollectionOptions());

        Assert.Equal((0, function.Chunks.Length + 1L), (early.LayersRemoved, early.ObjectsTooYoung));
        Assert.Equal((1, (long)function.Chunks.Length), (late.LayersRemoved, late.ChunksRemoved));
    }

    [Fact]
    public async Task Collect_AsADryRun_OnlySays()
    {
        (_, LayerManifest function) = await PublishTreeAsync();
        await _world.Catalog.RemoveRootAsync(function.Id, World.Token);
        int objects = await CountAsync();

        CollectionReport report = await CollectAsync(World.NoGrace with { IsDryRun = true });

        Assert.Equal(1, report.LayersRemoved);
        Assert.Equal(objects, await CountAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Collect_WithALiveManifestDamagedOrMissing_RemovesNothing(bool isMissing)
    {
        (LayerManifest boot, LayerManifest function) = await PublishTreeAsync();
        LayerManifest garbage = await _world.PublishFunctionAsync(Pages.Mixed(9, 20));
        await _world.Catalog.RemoveRootAsync(garbage.Id, World.Token);
        StoreName name = StoreName.For(StoreArea.Layer, boot.Id);
        if (isMissing)
        {
            await _world.Memory.DeleteAsync(name, World.Token);
        }
        else
        {
            await _world.Memory.PutAsync(name, new byte[5000], PutMode.Replace, World.Token);
        }
        int objects = await CountAsync();

        LayerException exception = await Assert.ThrowsAsync<LayerException>(() => CollectAsync());

        Assert.Equal(boot.Id, exception.Id);
        Assert.Equal(objects, await CountAsync());
        Assert.NotEqual(boot.Id, function.Id);
    }

    private async Task<(LayerManifest Boot, LayerManifest Function)> PublishTreeAsync()
    {
        byte[] memory = Pages.Mixed(1, 60);
        LayerManifest boot = await _world.PublishBootAsync(memory);
        LayerManifest function = await _world.PublishFunctionAsync(Pages.Changed(memory, 2, 3), boot.Id);
        return (boot, function);
    }

    private Task<CollectionReport> CollectAsync(CollectionOptions? options = null) =>
        _world.Time.DriveAsync(_world.Collector.RunAsync(options ?? World.NoGrace, World.Token));

    private async Task<int> CountAsync()
    {
        int count = 0;
        foreach (StoreArea area in StoreAreas.All)
        {
            count += (await _world.ListAsync(area)).Count;
        }
        return count;
    }
}
