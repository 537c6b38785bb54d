using Thaw.Pager.Fetching;
using Thaw.Pager.Tests.Fixtures;
using Thaw.Protocol;
using Thaw.Store;

namespace Thaw.Pager.Tests.Layers;

/// <summary>Encrypted layers of a real store behind clones.</summary>
public sealed class LayerServingTests : IDisposable
{
    // A store that fails is asked again at once, so that tests do not wait.
    private static readonly FetchOptions s_quick = new()
    {
        BackoffMin = TimeSpan.FromMilliseconds(1),
        BackoffMax = TimeSpan.FromMilliseconds(5),
        Patience = TimeSpan.FromSeconds(5),
    };

    private readonly LayerWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Read_FunctionOverRuntimeOverBoot_IsWhatWasPublished()
    {
        (byte[] memory, LayerId function) = (await PublishTreeAsync()).First;
        RunningPager pager = _world.StartPager();
        using TestClone clone = await pager.CloneAsync($"{function}");

        AssertReads(clone, memory);

        PagerStartStats stats = await pager.StatsAsync(clone);
        Assert.InRange(stats.BytesMoved, 1, LayerWorld.PageCount * LayerWorld.PageBytes);
        Assert.Equal(stats.BytesMoved, stats.BytesFromOrigin);
    }

    [Fact]
    public async Task Read_SecondFunctionOfTheRuntime_MovesItsOwnBlocksOnly()
    {
        Tree tree = await PublishTreeAsync();
        RunningPager pager = _world.StartPager();
        using TestClone first = await pager.CloneAsync($"{tree.First.Id}");
        AssertReads(first, tree.First.Memory);
        using TestClone second = await pager.CloneAsync($"{tree.Second.Id}");

        AssertReads(second, tree.Second.Memory);

        // Its own pages lie in one 64 KiB block; beside its own chunk, the runtime's and the boot's around it.
        PagerStartStats stats = await pager.StatsAsync(second);
        Assert.InRange(stats.BytesMoved, 1, 5 * 32 * LayerWorld.PageBytes);
    }

    [Fact]
    public async Task Read_AnotherPagerWithTheSameCache_MovesNothingFromAfar()
    {
        (byte[] memory, LayerId function) = (await PublishTreeAsync()).First;
        RunningPager pager = _world.StartPager("cache");
        using (TestClone clone = await pager.CloneAsync($"{function}"))
        {
            AssertReads(clone, memory);
        }
        RunningPager other = _world.StartPager("cache");
        using TestClone again = await other.CloneAsync($"{function}");

        AssertReads(again, memory);

        PagerStartStats stats = await other.StatsAsync(again);
        Assert.Equal(0, stats.BytesFromOrigin);
        Assert.InRange(stats.BytesMoved, 1, long.MaxValue);
    }

    [Fact]
    public async Task Read_StoreFailsOneRequestInThree_IsRightAllTheSame()
    {
        (byte[] memory, LayerId function) = (await PublishTreeAsync()).First;
        int requests = 0;
        _world.Store.BeforeRead = (name, _) => Interlocked.Increment(ref requests) % 3 == 0
            ? throw new StoreException(StoreFault.Unavailable, "The test's store failed.", name)
            : Task.CompletedTask;
        RunningPager pager = _world.StartPager("cache", s_quick);
        using TestClone clone = await pager.CloneAsync($"{function}");

        AssertReads(clone, memory);
    }

    [Fact]
    public async Task Read_StoreHangs_IsAskedAgain()
    {
        (byte[] memory, LayerId function) = (await PublishTreeAsync()).First;
        RunningPager pager = _world.StartPager(
            fetch: s_quick with { ReadTimeout = TimeSpan.FromMilliseconds(50), Patience = TimeSpan.FromMinutes(1) });
        using TestClone clone = await pager.CloneAsync($"{function}");
        int requests = 0;
        _world.Store.BeforeRead = (_, token) => Interlocked.Increment(ref requests) == 1
            ? Task.Delay(Timeout.Infinite, token)
            : Task.CompletedTask;

        AssertReads(clone, memory);
    }

    [Fact]
    public async Task Read_StoreIsGoneForGood_EndsTheCloneWithTheReason()
    {
        LayerId function = (await PublishTreeAsync()).First.Id;
        RunningPager pager = _world.StartPager(
            fetch: s_quick with { Patience = TimeSpan.FromMilliseconds(100) });
        using TestClone clone = await pager.CloneAsync($"{function}");
        _world.Store.BeforeRead = (name, _) =>
            throw new StoreException(StoreFault.Unavailable, "The test's store is gone.", name);

        await AssertLostAsync(pager, clone, "The test's store is gone");
    }

    [Fact]
    public async Task Read_ChunkDamagedInTheStore_EndsTheCloneAndGivesNoByteOfIt()
    {
        LayerId function = (await PublishTreeAsync()).First.Id;
        RunningPager pager = _world.StartPager("cache", s_quick);
        using TestClone clone = await pager.CloneAsync($"{function}");
        _world.Store.AfterRead = (_, content) => content.Span[content.Length / 2] ^= 1;

        await AssertLostAsync(pager, clone, "cannot be had");
    }

    [Fact]
    public async Task Read_ChunkDamagedInTheCache_IsFetchedAgain()
    {
        (byte[] memory, LayerId function) = (await PublishTreeAsync()).First;
        RunningPager pager = _world.StartPager(fetch: s_quick);
        using TestClone clone = await pager.CloneAsync($"{function}");
        int reads = 0;
        _world.Store.AfterRead = (name, content) =>
        {
            // Every second answer, so that the second look gets the good one.
            if (name.Area == StoreArea.Chunk && Interlocked.Increment(ref reads) % 2 == 1)
            {
                content.Span[content.Length / 2] ^= 1;
            }
        };

        AssertReads(clone, memory);
    }

    [Fact]
    public async Task Read_ChunkMissing_EndsTheCloneWithTheReason()
    {
        LayerId function = (await PublishTreeAsync()).First.Id;
        RunningPager pager = _world.StartPager(fetch: s_quick);
        using TestClone clone = await pager.CloneAsync($"{function}");
        await foreach (StoreEntry chunk in _world.Store.ListAsync(StoreArea.Chunk, null, LayerWorld.Token))
        {
            await _world.Store.DeleteAsync(chunk.Name, LayerWorld.Token);
        }

        await AssertLostAsync(pager, clone, "is not in the store");
    }

    [Fact]
    public async Task Open_RevokedAccount_IsRefusedAndOthersAreServed()
    {
        Tree tree = await PublishTreeAsync();
        await _world.Keys.RevokeAsync(Keyspace.Account("alice"), LayerWorld.Token);
        RunningPager pager = _world.StartPager();

        PagerAnswer refused = await pager.AskAsync(
            new PagerRequest { Operation = PagerOperation.Open, Layer = $"{tree.First.Id}" });
        using TestClone other = await pager.CloneAsync($"{tree.Second.Id}");

        Assert.Contains("revoked", refused.Error, StringComparison.Ordinal);
        AssertReads(other, tree.Second.Memory);
    }

    [Fact]
    public async Task Open_LayerOrSpaceThatIsNot_IsRefusedByName()
    {
        LayerId function = (await PublishTreeAsync()).First.Id;
        RunningPager pager = _world.StartPager();
        string none = new('0', 31);

        PagerAnswer layer = await pager.AskAsync(
            new PagerRequest { Operation = PagerOperation.Open, Layer = $"{none}7" });
        PagerAnswer name = await pager.AskAsync(
            new PagerRequest { Operation = PagerOperation.Open, Layer = none });
        PagerAnswer space = await pager.AskAsync(
            new PagerRequest { Operation = PagerOperation.Open, Layer = $"{function}", Space = "disk/none" });

        Assert.Contains("not in the store", layer.Error, StringComparison.Ordinal);
        Assert.Contains("no layer's name", name.Error, StringComparison.Ordinal);
        Assert.Contains("disk/none", space.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Warm_BringsAllOfTheLayersIntoMemory_AndClonesWaitForNothing()
    {
        Tree tree = await PublishTreeAsync();
        RunningPager pager = _world.StartPager();
        string image = await pager.OpenAsync($"{tree.First.Id}");

        PagerAnswer warm = await pager.AskAsync(
            new PagerRequest { Operation = PagerOperation.Warm, Image = image });

        Assert.Null(warm.Error);
        Assert.All(warm.Image!.ResidentBytes, bytes => Assert.InRange(bytes, 1, warm.Image.GuestBytes));
        using TestClone clone = await pager.CloneAsync($"{tree.First.Id}");
        AssertReads(clone, tree.First.Memory);
        PagerStartStats stats = await pager.StatsAsync(clone);
        Assert.Equal((0, 0), (stats.BytesMoved, stats.FaultsWaited));
    }

    [Fact]
    public async Task Warm_OfAnImageThatIsNot_IsRefused_AndADamagedChunkIsLeftToItsClone()
    {
        LayerId function = (await PublishTreeAsync()).First.Id;
        RunningPager pager = _world.StartPager(fetch: s_quick);
        string image = await pager.OpenAsync($"{function}");
        _world.Store.AfterRead = (_, content) => content.Span[content.Length / 2] ^= 1;

        PagerAnswer damaged = await pager.AskAsync(
            new PagerRequest { Operation = PagerOperation.Warm, Image = image });
        PagerAnswer none = await pager.AskAsync(
            new PagerRequest { Operation = PagerOperation.Warm, Image = "image-999" });

        Assert.Null(damaged.Error);
        Assert.Contains("image-999", none.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settle_FirstClone_TeachesTheNextPagerWhatToPrefetch()
    {
        (byte[] memory, LayerId function) = (await PublishTreeAsync()).First;
        int[] touched = [3, 200, 201, 100, 350, 40];
        RunningPager pager = _world.StartPager();
        using (TestClone clone = await pager.CloneAsync($"{function}"))
        {
            AssertReads(clone, memory, touched);
            PagerStartStats settled = await pager.SettleAsync(clone);
            Assert.Equal(touched.Length, settled.Touched);
        }
        RunningPager cold = _world.StartPager();
        using TestClone next = await cold.CloneAsync($"{function}");
        await cold.WaitForAsync(next, stats => stats.PrefetchDone);

        AssertReads(next, memory, touched);

        PagerStartStats stats = await cold.SettleAsync(next);
        Assert.Equal(0, stats.FaultsWaited);
        Assert.Equal(touched.Length, stats.Prefetched);
        Assert.Equal(0, stats.PrefetchWasted);
        Assert.Equal(1, stats.HitRate);
    }

    [Fact]
    public async Task Start_OfACompactedLayer_ReadsItsWorkingSetInOneChunk()
    {
        byte[] boot = LayerWorld.Boot();
        byte[] memory = LayerWorld.Change(boot, 3, Enumerable.Range(0, 320));
        LayerId parent = await _world.PublishAsync(LayerKind.Boot, default, boot);
        LayerId function = await _world.PublishAsync(LayerKind.Function, parent, memory, "alice");
        int[] touched = [.. Enumerable.Range(0, 10).Select(chunk => (chunk * 32) + 5)];
        RunningPager pager = _world.StartPager();
        using (TestClone clone = await pager.CloneAsync($"{function}"))
        {
            AssertReads(clone, memory, touched);
            await pager.SettleAsync(clone);
        }
        PagerStartStats scattered = await StartColdAsync(function, memory, touched);

        LayerManifest compacted = await _world.CompactAsync(function);

        PagerStartStats together = await StartColdAsync(compacted.Id, memory, touched);
        Assert.Equal((10, 1), (scattered.ChunksLoaded, together.ChunksLoaded));
        Assert.InRange(together.BytesMoved, 1, together.GuestBytes / 20);
        Assert.Equal((0, 0), (together.FaultsWaited, together.PrefetchWasted));
    }

    private async Task<PagerStartStats> StartColdAsync(LayerId layer, byte[] memory, int[] touched)
    {
        RunningPager cold = _world.StartPager();
        using TestClone clone = await cold.CloneAsync($"{layer}");
        await cold.WaitForAsync(clone, stats => stats.PrefetchDone);
        AssertReads(clone, memory, touched);
        return await cold.SettleAsync(clone);
    }

    private static void AssertReads(TestClone clone, byte[] memory, params IReadOnlyCollection<int> pages)
    {
        foreach (int page in pages.Count > 0 ? pages : Enumerable.Range(0, LayerWorld.PageCount))
        {
            byte[] wanted = memory.AsSpan(page * LayerWorld.PageBytes, LayerWorld.PageBytes).ToArray();
            Assert.Equal(wanted, clone.Read((uint)page));
        }
    }

    private static async Task AssertLostAsync(RunningPager pager, TestClone clone, string reason)
    {
        _ = clone.ReadAsync(200);

        string lost = await clone.Lost.Task.WaitAsync(RunningPager.Patience);

        Assert.Contains(reason, lost, StringComparison.Ordinal);
        PagerStartStats stats = await pager.WaitForAsync(clone, stats => stats.State == PagerStartState.Failed);
        Assert.Contains(reason, stats.Error, StringComparison.Ordinal);
        PagerAnswer image = await pager.AskAsync(
            new PagerRequest { Operation = PagerOperation.Stats, Image = stats.Image });
        Assert.All(image.Image!.ResidentBytes, bytes => Assert.Equal(0, bytes));
    }

    private async Task<Tree> PublishTreeAsync()
    {
        byte[] boot = LayerWorld.Boot();
        byte[] runtime = LayerWorld.Change(boot, 2, Enumerable.Range(100, 60).Concat([300, 301]));
        // One page becomes zero again.
        runtime.AsSpan(350 * LayerWorld.PageBytes, LayerWorld.PageBytes).Clear();
        byte[] first = LayerWorld.Change(runtime, 3, 200, 201, 350, 500);
        byte[] second = LayerWorld.Change(runtime, 4, 208, 209, 223);
        LayerId bootId = await _world.PublishAsync(LayerKind.Boot, default, boot);
        LayerId runtimeId = await _world.PublishAsync(LayerKind.Runtime, bootId, runtime);
        return new Tree(
            (first, await _world.PublishAsync(LayerKind.Function, runtimeId, first, "alice")),
            (second, await _world.PublishAsync(LayerKind.Function, runtimeId, second, "bob")));
    }

    private sealed record Tree((byte[] Memory, LayerId Id) First, (byte[] Memory, LayerId Id) Second);
}
