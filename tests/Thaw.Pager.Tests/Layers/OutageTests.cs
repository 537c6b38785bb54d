using Thaw.Pager.Fetching;
using Thaw.Pager.Tests.Fixtures;
using Thaw.Protocol;
using Thaw.Store;
using Thaw.Store.Tests;

namespace Thaw.Pager.Tests.Layers;

/// <summary>
/// A store that is slow or away while clones run, with the pager's own patience, on a clock of the test's.
/// </summary>
public sealed class OutageTests : IDisposable
{
    private const int Page = 200;

    // The longest of the pager's own waits; the timers that bound a read are far behind it.
    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(5);

    private readonly LayerWorld _world = new();
    private readonly ManualTime _time = new();
    private readonly byte[] _memory = LayerWorld.Boot();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_StoreTakesFiveSecondsForEach_WaitsAndIsRight(bool isShared)
    {
        RunningPager pager = _world.StartPager(time: _time);
        using TestClone clone = await pager.CloneAsync($"{await PublishAsync()}", isShared: isShared);
        _world.Store.BeforeRead = (_, token) => PassAsync(s_step, token);

        byte[] first = await DriveAsync(clone.ReadAsync(Page));
        byte[] second = await DriveAsync(clone.ReadAsync(0));

        Assert.Equal(PageOf(Page), first);
        Assert.Equal(PageOf(0), second);
        PagerStartStats stats = await pager.StatsAsync(clone);
        Assert.Equal(2, stats.FaultsWaited);
        Assert.Equal(2 * s_step, TimeSpan.FromMicroseconds(stats.WaitedUs));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_StoreAwayForAMinute_GoesOnWhenItIsBack(bool isShared)
    {
        RunningPager pager = _world.StartPager(time: _time);
        using TestClone clone = await pager.CloneAsync($"{await PublishAsync()}", isShared: isShared);
        Assert.Equal(PageOf(0), clone.Read(0));
        DateTimeOffset back = _time.GetUtcNow() + TimeSpan.FromSeconds(60);
        int refused = 0;
        _world.Store.BeforeRead = (name, _) =>
        {
            if (_time.GetUtcNow() >= back)
            {
                return Task.CompletedTask;
            }
            Interlocked.Increment(ref refused);
            throw new StoreException(StoreFault.Unavailable, "The test's store is away.", name);
        };

        byte[] read = await DriveAsync(clone.ReadAsync(Page));

        Assert.Equal(PageOf(Page), read);
        // Waits grow to two seconds: it is neither given up nor asked in a hurry.
        Assert.InRange(refused, 30, 40);
        Assert.InRange(_time.GetUtcNow(), back, back + TimeSpan.FromSeconds(2));
        Assert.False(clone.Lost.Task.IsCompleted);
    }

    [Fact]
    public async Task Read_StoreAwayForGood_EndsTheCloneWhenPatienceIsOver()
    {
        FetchOptions options = new();
        RunningPager pager = _world.StartPager(fetch: options, time: _time);
        using TestClone clone = await pager.CloneAsync($"{await PublishAsync()}");
        DateTimeOffset start = _time.GetUtcNow();
        _world.Store.BeforeRead = (name, _) =>
            throw new StoreException(StoreFault.Unavailable, "The test's store is away.", name);

        _ = clone.ReadAsync(Page);
        string reason = await DriveAsync(clone.Lost.Task);

        Assert.Contains("The test's store is away", reason, StringComparison.Ordinal);
        Assert.InRange(
            _time.GetUtcNow() - start, options.Patience - options.BackoffMax, options.Patience);
    }

    [Fact]
    public async Task Open_WhileTheStoreIsAway_WaitsForIt()
    {
        LayerId layer = await PublishAsync();
        DateTimeOffset back = _time.GetUtcNow() + TimeSpan.FromSeconds(60);
        _world.Store.BeforeRead = (name, _) => _time.GetUtcNow() < back
            ? throw new StoreException(StoreFault.Unavailable, "The test's store is away.", name)
            : Task.CompletedTask;
        RunningPager pager = _world.StartPager(time: _time);

        using TestClone clone = await DriveAsync(pager.CloneAsync($"{layer}"));

        Assert.Equal(PageOf(Page), clone.Read(Page));
    }

    [Fact]
    public async Task Prefetch_WhileTheStoreIsAway_HoldsNobodyUpAndIsNobodysFailure()
    {
        LayerId layer = await PublishAsync();
        RunningPager pager = _world.StartPager(time: _time);
        using (TestClone first = await pager.CloneAsync($"{layer}"))
        {
            first.Read(Page);
            first.Read(0);
            await pager.SettleAsync(first);
        }
        RunningPager cold = _world.StartPager(fetch: new FetchOptions { Patience = s_step }, time: _time);
        string image = await cold.OpenAsync($"{layer}");
        bool isAway = true;
        _world.Store.BeforeRead = (name, _) => Volatile.Read(ref isAway)
            ? throw new StoreException(StoreFault.Unavailable, "The test's store is away.", name)
            : Task.CompletedTask;
        PagerStartStats start = await cold.StartAsync(image);
        DateTimeOffset end = _time.GetUtcNow() + (2 * s_step);
        while (_time.FireNextWithin(s_step) || _time.GetUtcNow() < end)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
        Volatile.Write(ref isAway, false);

        using TestClone clone = RunningPager.Connect(start);

        Assert.Equal(PageOf(Page), await DriveAsync(clone.ReadAsync(Page)));
        Assert.Equal(PagerStartState.Serving, (await cold.StatsAsync(clone)).State);
    }

    private byte[] PageOf(int page) =>
        _memory.AsSpan(page * LayerWorld.PageBytes, LayerWorld.PageBytes).ToArray();

    private async Task PassAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        TaskCompletionSource passed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using ITimer timer = _time.CreateTimer(_ => passed.SetResult(), null, time, Timeout.InfiniteTimeSpan);
        await passed.Task.WaitAsync(cancellationToken);
    }

    private Task<LayerId> PublishAsync() => _world.PublishAsync(LayerKind.Boot, default, _memory);

    // Moves the clock from one of the pager's waits to the next while its threads work.
    private async Task<T> DriveAsync<T>(Task<T> task)
    {
        using CancellationTokenSource limit = new(RunningPager.Patience);
        while (!task.IsCompleted)
        {
            Assert.False(limit.IsCancellationRequested, "It waits, but not for the clock.");
            if (!_time.FireNextWithin(s_step))
            {
                await Task.Yield();
            }
        }
        return await task;
    }
}
