namespace Thaw.Store.Tests;

/// <summary>
/// The process ends before each single request to the store, in turn: whatever was live before is whole afterwards,
/// what was being published is whole or not there, and the next collection removes the rest.
/// </summary>
public sealed class CrashTests
{
    private static readonly byte[] s_boot = Pages.Mixed(1, 30);
    private static readonly byte[] s_function = Pages.Changed(s_boot, 2, 3);
    private static readonly byte[] s_next = Pages.Changed(s_function, 3, 3);

    [Fact]
    public async Task Publish_KilledAtEveryStep_LosesNothing()
    {
        bool isDone = false;
        for (int step = 0; !isDone; step++)
        {
            using World world = new(step);
            LayerManifest boot = await world.PublishBootAsync(s_boot);
            LayerManifest old = await world.PublishFunctionAsync(s_function, boot.Id);
            isDone = await RunUntilAsync(
                world, step, () => world.PublishFunctionAsync(s_next, boot.Id, null, old.Id));

            await AssertWholeAsync(world, old.Id, s_function);
            List<StoreName> roots = await world.ListAsync(StoreArea.Root);
            foreach (StoreName root in roots)
            {
                Assert.True(LayerId.TryParse(root.Hex, out LayerId id));
                Assert.True((await world.Verifier.VerifyAsync(id, World.Token)).IsGood);
            }
            // Killed right behind the root's write, the layer is live though nobody was told.
            Assert.InRange(roots.Count, isDone ? 3 : 2, 3);
            await AssertOnlyLiveObjectsAsync(world);
        }
    }

    [Fact]
    public async Task Collect_KilledAtEveryStep_LosesNothing()
    {
        bool isDone = false;
        for (int step = 0; !isDone; step++)
        {
            using World world = new(step);
            LayerManifest boot = await world.PublishBootAsync(s_boot);
            LayerManifest live = await world.PublishFunctionAsync(s_function, boot.Id);
            LayerManifest dead = await world.PublishFunctionAsync(s_next, boot.Id);
            await world.Catalog.RemoveRootAsync(dead.Id, World.Token);

            isDone = await RunUntilAsync(
                world, step, () => world.Time.DriveAsync(world.Collector.RunAsync(World.NoGrace, World.Token)));

            await AssertWholeAsync(world, live.Id, s_function);
            // A manifest that is still there has all its chunks, so that a publication may build on it.
            if (await world.Memory.FindAsync(StoreName.For(StoreArea.Layer, dead.Id), World.Token) is not null)
            {
                await AssertWholeAsync(world, dead.Id, s_next);
            }
            await AssertOnlyLiveObjectsAsync(world);
        }
    }

    // Every request from the given one on fails, those of clean-up too: as far as the store can see, the process is
    // gone.
    private static async Task<bool> RunUntilAsync(World world, int step, Func<Task> action)
    {
        int first = world.Store.Requests;
        world.Store.Decide = (request, _) => request - first >= step ? Fault.Unavailable : Fault.None;
        Exception? exception = await Record.ExceptionAsync(action);
        world.Store.Decide = (_, _) => Fault.None;
        if (exception is not null)
        {
            Assert.Equal(StoreFault.Unavailable, Assert.IsType<StoreException>(exception).Fault);
        }
        return exception is null;
    }

    private static async Task AssertWholeAsync(World world, LayerId id, byte[] memory)
    {
        Assert.True((await world.Verifier.VerifyAsync(id, World.Token)).IsGood);
        Assert.Equal(memory, await world.ReadAsync(id));
    }

    private static async Task AssertOnlyLiveObjectsAsync(World world)
    {
        await world.Time.DriveAsync(world.Collector.RunAsync(World.NoGrace, World.Token));
        CollectionReport again = await world.Collector.RunAsync(World.NoGrace, World.Token);

        Assert.Equal(0, again.BytesFreed);
        Assert.Equal(again.ChunksLive, (await world.ListAsync(StoreArea.Chunk)).Count);
        Assert.Equal(again.LayersLive, (await world.ListAsync(StoreArea.Layer)).Count);
        Assert.True((await world.Verifier.VerifyAllAsync(World.Token)).IsGood);
    }
}
