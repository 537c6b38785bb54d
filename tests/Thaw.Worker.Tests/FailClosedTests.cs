using Thaw.Protocol;
using Thaw.Worker.Tests.Fakes;

namespace Thaw.Worker.Tests;

/// <summary>Clones that are lost at some step of a restore: none of them is ever given an event.</summary>
public sealed class FailClosedTests
{
    private const string OtherCloneId = "0d2f1a52-0000-4000-8000-000000000000";

    public static TheoryData<string, string> Losses => new()
    {
        { "monitor ends while it loads", "load" },
        { "agent ends before it hears of the restore", "Restore" },
        { "agent ends in the middle of its answer", "broke the protocol" },
        { "monitor ends during the restore", "Restore" },
        { "agent answers with another clone's id", "another clone's id" },
        { "agent answers what nobody asked", "InvokeDone" },
        { "agent gives up", "the kernel refused" },
    };

    [Theory]
    [MemberData(nameof(Losses))]
    public async Task Invoke_CloneIsLost_AnotherOneServesAndTheReasonIsKept(string loss, string reason)
    {
        await using FakeWorld world = await StartAsync(loss, count: 1);
        FunctionSpec spec = world.Spec("1", snapStart: true);
        await world.PublishAsync(spec);

        InvokeOutcome outcome = await world.InvokeAsync(spec);

        Assert.Equal(1, outcome.StartRetries);
        Assert.Contains(reason, outcome.StartRetryReason, StringComparison.Ordinal);
        FakeMonitor served = Assert.Single(world.Monitors, monitor => monitor.Messages.OfType<Invoke>().Any());
        Assert.Equal(served.Messages.OfType<Restore>().Single().CloneId, outcome.CloneId);
        Assert.Contains(reason, Assert.Single(world.Worker.ListFailures()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public async Task Invoke_EveryCloneIsLost_NoneServesNorLives(string loss, string reason)
    {
        await using FakeWorld world = await StartAsync(loss, count: int.MaxValue);
        FunctionSpec spec = world.Spec("1", snapStart: true);
        await world.PublishAsync(spec);

        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(() => world.InvokeAsync(spec));

        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.All(world.Monitors, monitor => Assert.Empty(monitor.Messages.OfType<Invoke>()));
        Assert.All(world.Monitors, monitor => Assert.True(monitor.Exited.IsCompleted));
        Assert.Equal(0, world.Worker.Status.Microvms);
    }

    private static async Task<FakeWorld> StartAsync(string loss, int count)
    {
        int left = count;
        FakeWorld world = new();
        world.OnApi = (monitor, request, body) =>
        {
            if (loss.EndsWith("loads", StringComparison.Ordinal) && request == "PUT /snapshot/load"
                && body.GetProperty("snapshot_path").GetString()!.Contains("/snapshots/", StringComparison.Ordinal)
                && Interlocked.Decrement(ref left) >= 0)
            {
                monitor.Die(134);
            }

            return null;
        };
        world.OnFrame = async exchange =>
        {
            if (exchange is not { Frame.Message: Restore restore, Monitor.IsClone: true }
                || loss.EndsWith("loads", StringComparison.Ordinal) || Interlocked.Decrement(ref left) < 0)
            {
                return false;
            }

            await LoseAsync(loss, restore, exchange);
            return true;
        };
        await world.StartAsync();
        return world;
    }

    private static async Task LoseAsync(string loss, Restore restore, FakeExchange exchange)
    {
        switch (loss)
        {
            case "agent ends before it hears of the restore":
                exchange.Stream.Close();
                break;
            case "agent ends in the middle of its answer":
                byte[] answer = FrameCodec.Encode(new Restored { CloneId = restore.CloneId, Ok = true });
                await exchange.Stream.WriteAsync(answer.AsMemory(0, answer.Length / 2));
                exchange.Stream.Close();
                break;
            case "monitor ends during the restore":
                exchange.Monitor.Die(134);
                break;
            case "agent answers with another clone's id":
                await exchange.Writer.WriteAsync(new Restored { CloneId = OtherCloneId, Ok = true });
                break;
            case "agent answers what nobody asked":
                await exchange.Writer.WriteAsync(new InvokeDone { RequestId = restore.CloneId, Ok = true });
                break;
            default:
                await exchange.Writer.WriteAsync(new Failed
                {
                    Step = "entropy",
                    Error = new FunctionError("LinuxException", "the kernel refused"),
                });
                break;
        }
    }
}
