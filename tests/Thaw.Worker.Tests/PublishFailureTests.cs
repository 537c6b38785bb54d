using Thaw.Protocol;
using Thaw.Worker.Tests.Fakes;

namespace Thaw.Worker.Tests;

/// <summary>Publications that do not come about.</summary>
public sealed class PublishFailureTests
{
    [Theory]
    [InlineData("Sandbox.Timedout", WorkerFault.InitTimedOut)]
    [InlineData("Runtime.ImportModuleError", WorkerFault.InitFailed)]
    public async Task Publish_WhenInitFails_LeavesNothing(string errorType, WorkerFault fault)
    {
        await using FakeWorld world = new();
        world.OnFrame = async exchange =>
        {
            if (exchange.Frame.Message is Configure)
            {
                await exchange.Writer.WriteAsync(
                    new InitDone { Ok = false, Error = new FunctionError(errorType, "because") });
                return true;
            }
            return false;
        };
        await world.StartAsync();

        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(
            () => world.PublishAsync(world.Spec("1", snapStart: true)));

        Assert.Equal(fault, failure.Fault);
        Assert.Equal($"{errorType}: because", failure.Message);
        Assert.Empty(world.Worker.ListSnapshots());
        Assert.Empty(Directory.GetFileSystemEntries(
            Path.Combine(world.Options.DataDirectory, "snapshots", ".unfinished")));
        Assert.Equal(0, world.Worker.Status.Microvms);
    }

    [Fact]
    public async Task Publish_WhenTheFunctionDoesNotComeToRest_Fails()
    {
        await using FakeWorld world = new();
        world.OnFrame = async exchange =>
        {
            if (exchange is { Frame.Message: Quiesce, Monitor: { WasLoaded: true, IsRuntime: false } })
            {
                await exchange.Writer.WriteAsync(
                    new Failed
                    {
                        Step = "freeze",
                        Error = new FunctionError("Agent.Freeze", "the cgroup did not freeze"),
                    });
                return true;
            }
            return false;
        };
        await world.StartAsync();

        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(
            () => world.PublishAsync(world.Spec("1", snapStart: true)));

        Assert.Equal(WorkerFault.QuiesceFailed, failure.Fault);
        Assert.Contains("the cgroup did not freeze", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_WhenCancelled_LeavesNothing()
    {
        await using FakeWorld world = new();
        TaskCompletionSource asked = new();
        world.OnFrame = exchange =>
        {
            bool isConfigure = exchange.Frame.Message is Configure;
            if (isConfigure)
            {
                asked.TrySetResult();
            }
            return Task.FromResult(isConfigure);
        };
        await world.StartAsync();
        using CancellationTokenSource cancellation = new();

        Task<IReadOnlyList<PublishOutcome>> publication = world.Worker.PublishAsync(
            world.Spec("1", snapStart: true), cancellation.Token);
        await asked.Task;
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => publication);

        Assert.Empty(world.Worker.ListSnapshots());
        Assert.All(world.Monitors, monitor => Assert.True(monitor.Exited.IsCompleted));
        Assert.Equal(0, world.Worker.Status.Microvms);
    }
}
