using Thaw.Pager.Tests.Fixtures;
using Thaw.Protocol;
using Thaw.Store;

namespace Thaw.Pager.Tests.Layers;

/// <summary>Copies of a working set's pages, that a start reads in a few pieces instead of many chunks.</summary>
public sealed class LayerCopiesTests : IDisposable
{
    private const int Recordings = 4;
    private static readonly int[] s_touched = [5, 40, 100, 101, 200, 223, 300, 370];

    private readonly LayerWorld _world = new();
    private readonly byte[] _boot = LayerWorld.Boot();
    private byte[] _runtime = [];
    private LayerId _runtimeId;

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Start_WhenEnoughClonesTaught_ReadsCopiesAndNoChunk()
    {
        (byte[] memory, LayerId function) = await PublishAsync("alice", seed: 3);
        PagerStartStats before = await StartColdAsync(function, memory, settle: false);
        await TeachAsync(function, memory);

        PagerStartStats after = await StartColdAsync(function, memory);

        Assert.Equal(0, before.Prefetched);
        Assert.Equal((0, 0, s_touched.Length), (after.ChunksLoaded, after.FaultsWaited, after.Prefetched));
        Assert.InRange(after.BytesMoved, s_touched.Length * LayerWorld.PageBytes / 2, s_touched.Length * 5000);
        Assert.Equal(after.BytesMoved, after.BytesFromOrigin);
    }

    [Fact]
    public async Task Start_OfAnotherFunction_SeesItsOwnPagesWhereCopiesFilledTheSharedOnes()
    {
        (byte[] memory, LayerId function) = await PublishAsync("alice", seed: 3);
        (byte[] otherMemory, LayerId other) = await PublishAsync("bob", seed: 4);
        await TeachAsync(function, memory);
        RunningPager cold = _world.StartPager();
        using TestClone first = await cold.CloneAsync($"{function}");
        await cold.WaitForAsync(first, stats => stats.PrefetchDone);
        using TestClone second = await cold.CloneAsync($"{other}");

        AssertReads(second, otherMemory, Enumerable.Range(0, LayerWorld.PageCount));
        AssertReads(first, memory, Enumerable.Range(0, LayerWorld.PageCount));
    }

    [Theory]
    [InlineData("head")]
    [InlineData("index")]
    [InlineData("content")]
    [InlineData("gone")]
    public async Task Start_CopiesDamaged_ReadsChunksInstead(string what)
    {
        (byte[] memory, LayerId function) = await PublishAsync("alice", seed: 3);
        await TeachAsync(function, memory);
        StoreName name = StoreName.For(StoreArea.WorkingSetPages, function);
        _world.Store.AfterRead = (read, content) =>
        {
            if (read.Area == StoreArea.WorkingSetPages && content.Length > 0)
            {
                int at = what switch { "head" => 25, "index" => 40, _ => content.Length - 1 };
                content.Span[at] ^= 1;
            }
        };
        if (what == "gone")
        {
            await _world.Store.DeleteAsync(name, LayerWorld.Token);
        }

        PagerStartStats stats = await StartColdAsync(function, memory);

        Assert.InRange(stats.ChunksLoaded, 3, s_touched.Length);
        Assert.Equal((0, s_touched.Length), (stats.FaultsWaited, stats.Prefetched));
    }

    [Fact]
    public async Task Start_WithoutPrefetch_LeavesCopiesAlone()
    {
        (byte[] memory, LayerId function) = await PublishAsync("alice", seed: 3);
        await TeachAsync(function, memory);
        RunningPager cold = _world.StartPager();
        using TestClone clone = await cold.CloneAsync($"{function}", prefetch: false);

        AssertReads(clone, memory, s_touched);

        PagerStartStats stats = await cold.SettleAsync(clone);
        Assert.Equal(0, stats.Prefetched);
        Assert.InRange(stats.FaultsWaited, 5, s_touched.Length);
    }

    private async Task TeachAsync(LayerId function, byte[] memory)
    {
        RunningPager pager = _world.StartPager();
        for (int i = 0; i < Recordings; i++)
        {
            using TestClone clone = await pager.CloneAsync($"{function}");
            AssertReads(clone, memory, s_touched);
            await pager.SettleAsync(clone);
        }
        StoreName name = StoreName.For(StoreArea.WorkingSetPages, function);
        using CancellationTokenSource bound = new(RunningPager.Patience);
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(10));
        while (await _world.Store.FindAsync(name, LayerWorld.Token) is null)
        {
            await timer.WaitForNextTickAsync(bound.Token);
        }
    }

    private async Task<PagerStartStats> StartColdAsync(LayerId layer, byte[] memory, bool settle = true)
    {
        RunningPager cold = _world.StartPager();
        using TestClone clone = await cold.CloneAsync($"{layer}");
        await cold.WaitForAsync(clone, stats => stats.PrefetchDone);
        AssertReads(clone, memory, s_touched);
        return settle ? await cold.SettleAsync(clone) : await cold.StatsAsync(clone);
    }

    private static void AssertReads(TestClone clone, byte[] memory, IEnumerable<int> pages)
    {
        foreach (int page in pages)
        {
            byte[] wanted = memory.AsSpan(page * LayerWorld.PageBytes, LayerWorld.PageBytes).ToArray();
            Assert.Equal(wanted, clone.Read((uint)page));
        }
    }

    private async Task<(byte[] Memory, LayerId Id)> PublishAsync(string account, int seed)
    {
        if (_runtime.Length == 0)
        {
            _runtime = LayerWorld.Change(_boot, 2, Enumerable.Range(100, 60).Concat([300, 301]));
            LayerId bootId = await _world.PublishAsync(LayerKind.Boot, default, _boot);
            _runtimeId = await _world.PublishAsync(LayerKind.Runtime, bootId, _runtime);
        }
        byte[] memory = LayerWorld.Change(_runtime, seed, 200, 201, 223, 370);
        return (memory, await _world.PublishAsync(LayerKind.Function, _runtimeId, memory, account));
    }
}
