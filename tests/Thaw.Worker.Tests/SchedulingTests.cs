using Thaw.Protocol;
using Thaw.Worker.Tests.Fakes;

namespace Thaw.Worker.Tests;

public sealed class SchedulingTests
{
    [Fact]
    public async Task Invoke_MoreAtOnceThanThereIsRoom_WaitsForWarmMicrovms()
    {
        await using FakeWorld world = new();
        world.Options = world.Options with { MicrovmsMax = 2 };
        await world.StartAsync();
        FunctionSpec spec = world.Spec("1", snapStart: true);
        await world.PublishAsync(spec);

        InvokeOutcome[] outcomes =
            await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => world.InvokeAsync(spec)));

        Assert.Equal(20, outcomes.Length);
        Assert.Equal(2, world.Monitors.Count(monitor => monitor.IsClone));
        Assert.Equal(2, outcomes.Select(outcome => outcome.CloneId).Distinct().Count());
        Assert.Equal(2, world.Worker.Status.Microvms);
    }

    [Fact]
    public async Task Invoke_MoreFreshOnesAtOnceThanThereIsRoom_NeverRunsMoreThanTheLimit()
    {
        await using FakeWorld world = new();
        world.Options = world.Options with { MicrovmsMax = 3 };
        int now = 0;
        int most = 0;
        world.OnFrame = async exchange =>
        {
            if (exchange.Frame.Message is Invoke)
            {
                int count = Interlocked.Increment(ref now);
                int seen;
                while ((seen = Volatile.Read(ref most)) < count
                    && Interlocked.CompareExchange(ref most, count, seen) != seen)
                {
                    await Task.Yield();
                }
                Interlocked.Decrement(ref now);
            }
            return false;
        };
        await world.StartAsync();
        FunctionSpec spec = world.Spec("1", snapStart: true);
        await world.PublishAsync(spec);

        InvokeOutcome[] outcomes =
            await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => world.InvokeAsync(spec, fresh: true)));

        Assert.Equal(16, outcomes.Select(outcome => outcome.CloneId).Distinct().Count());
        Assert.InRange(most, 1, 3);
    }

    [Fact]
    public async Task Invoke_OfAnotherFunctionWithoutRoom_EvictsTheIdleMicrovm()
    {
        await using FakeWorld world = new();
        world.Options = world.Options with { MicrovmsMax = 1 };
        await world.StartAsync();
        await world.InvokeAsync(world.Spec(name: "first"));

        InvokeOutcome outcome = await world.InvokeAsync(world.Spec(name: "second"));

        Assert.Equal(StartKind.Cold, outcome.StartKind);
        Assert.Equal(137, await world.Monitors.First().Exited);
        Assert.Equal(1, world.Worker.Status.Microvms);
    }

    [Fact]
    public async Task Idle_ForLongerThanTheTimeout_Ends()
    {
        ManualTime time = new();
        await using FakeWorld world = new() { Time = time };
        world.Options = world.Options with { IdleTimeout = TimeSpan.FromSeconds(30) };
        await world.StartAsync();
        await world.InvokeAsync(world.Spec());

        time.Advance(TimeSpan.FromSeconds(20));
        int before = world.Worker.Status.Idle;
        time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(1, before);
        Assert.Equal(137, await Assert.Single(world.Monitors).Exited);
        Assert.Equal(0, world.Worker.Status.Idle);
    }

    [Fact]
    public async Task Invoke_WithAPool_UsesAWaitingMonitorAndStartsAnother()
    {
        await using FakeWorld world = new();
        world.Options = world.Options with { PooledMonitors = 2 };
        await world.StartAsync();
        await UntilAsync(() => world.Worker.Status.PooledMonitors == 2);
        FakeMonitor[] pooled = [.. world.Monitors];

        InvokeOutcome outcome = await world.InvokeAsync(world.Spec());
        await UntilAsync(() => world.Worker.Status.PooledMonitors == 2);

        Assert.Contains(outcome.MicrovmId, pooled.Select(monitor => monitor.Id));
        Assert.Equal(3, world.Monitors.Count);
    }

    [Fact]
    public async Task Invoke_WhenAPooledMonitorDied_UsesAnother()
    {
        await using FakeWorld world = new();
        world.Options = world.Options with { PooledMonitors = 1 };
        await world.StartAsync();
        await UntilAsync(() => world.Worker.Status.PooledMonitors == 1);
        FakeMonitor dead = Assert.Single(world.Monitors);
        dead.Die(1);

        InvokeOutcome outcome = await world.InvokeAsync(world.Spec());

        Assert.NotEqual(dead.Id, outcome.MicrovmId);
    }

    [Fact]
    public async Task Dispose_WithAnInvocationUnderWay_EndsItAndAllMonitors()
    {
        FakeWorld world = new();
        TaskCompletionSource asked = new();
        world.OnFrame = exchange =>
        {
            bool isInvoke = exchange.Frame.Message is Invoke;
            if (isInvoke)
            {
                asked.SetResult();
            }
            return Task.FromResult(isInvoke);
        };
        world.Options = world.Options with { PooledMonitors = 1 };
        await world.StartAsync();
        Task<InvokeOutcome> invocation = world.InvokeAsync(world.Spec());
        await asked.Task;

        await world.DisposeAsync();

        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(() => invocation);
        Assert.Equal(WorkerFault.Stopping, failure.Fault);
        Assert.All(world.Monitors, monitor => Assert.True(monitor.Exited.IsCompleted));
    }

    [Fact]
    public async Task Invoke_WhoseCallerGoesAwayWhileItWaits_LeavesNothingBehind()
    {
        await using FakeWorld world = new();
        world.Options = world.Options with { MicrovmsMax = 1 };
        TaskCompletionSource asked = new();
        TaskCompletionSource answer = new();
        world.OnFrame = async exchange =>
        {
            if (exchange.Frame.Message is Invoke)
            {
                asked.TrySetResult();
                await answer.Task;
            }
            return false;
        };
        await world.StartAsync();
        Task<InvokeOutcome> first = world.InvokeAsync(world.Spec());
        await asked.Task;
        using CancellationTokenSource caller = new();
        Task<InvokeOutcome> second = world.Worker.InvokeAsync(world.Order(world.Spec()), caller.Token);

        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        answer.SetResult();
        await first;

        Assert.Equal(0, world.Worker.Status.Queued);
        Assert.Single(world.Monitors);
    }

    [Fact]
    public async Task Invoke_WhoseCallerGoesAwayAfterItBegan_RunsToItsEnd()
    {
        await using FakeWorld world = new();
        using CancellationTokenSource caller = new();
        world.OnFrame = async exchange =>
        {
            if (exchange.Frame.Message is Invoke)
            {
                await caller.CancelAsync();
            }
            return false;
        };
        await world.StartAsync();

        InvokeOutcome outcome = await world.Worker.InvokeAsync(world.Order(world.Spec()), caller.Token);

        Assert.Null(outcome.FunctionError);
        Assert.Equal(1, world.Worker.Status.Idle);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
