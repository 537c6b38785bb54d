using System.Globalization;
using Thaw.Worker.Tests.Fakes;

namespace Thaw.Worker.Tests.Crashes;

/// <summary>A process with a worker that kills itself before a given request to its store.</summary>
internal static class CrashChild
{
    /// <summary>
    /// The first argument of such a process; the work, the directory and the request's number follow.
    /// </summary>
    internal const string Argument = "crash-child";

    /// <summary>Its exit code when the work was done before that request came.</summary>
    internal const int Done = 42;

    internal static async Task<int> RunAsync(string[] arguments)
    {
        CrashWork work = Enum.Parse<CrashWork>(arguments[1]);
        string directory = arguments[2];
        int step = int.Parse(arguments[3], CultureInfo.InvariantCulture);
        StepStore? store = null;
        await using FakeWorld world = CrashWorld.Open(directory, inner => store = new StepStore(inner));
        await world.StartAsync();
        store!.Arm(step);
        await RunAsync(work, world, directory);
        // A service would go on; what it does when it ends in order is no part of this.
        store.Arm(int.MaxValue);
        return Done;
    }

    private static async Task RunAsync(CrashWork work, FakeWorld world, string directory)
    {
        switch (work)
        {
            case CrashWork.Publish:
                await world.PublishAsync(CrashWorld.Spec(world, "new", memoryMb: 256));
                break;
            case CrashWork.PublishVariants:
                await world.Worker.PublishAsync(
                    CrashWorld.Spec(world, "new", memoryMb: 256) with { Variants = 2 }, CancellationToken.None);
                break;
            case CrashWork.Fetch:
                string id = await File.ReadAllTextAsync(Path.Combine(directory, CrashTests.LiveFile));
                await world.InvokeAsync(CrashWorld.Spec(world, "live") with { SnapshotIds = [id] });
                break;
            case CrashWork.Collect:
                await world.Worker.Tree.CollectAsync(TimeSpan.Zero, isDryRun: false, CancellationToken.None);
                break;
            default:
                await world.Worker.Tree.CompactAsync(
                    "live:1",
                    isForced: true,
                    id => File.WriteAllText(Path.Combine(directory, CrashWorld.MadeFile), id),
                    CancellationToken.None);
                break;
        }
    }
}
