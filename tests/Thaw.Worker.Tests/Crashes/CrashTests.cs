using System.Diagnostics;
using Thaw.Store;
using Thaw.Store.S3;
using Thaw.Worker.Tests.Fakes;

namespace Thaw.Worker.Tests.Crashes;

/// <summary>
/// A worker is killed (SIGKILL) before each of its requests to the store in turn: files, layers and keys on disk are
/// then what a power cut of the process leaves. The next worker loses nothing that was live and leaves nothing behind.
/// </summary>
public sealed class CrashTests : IDisposable
{
    /// <summary>Where the live layer's name is.</summary>
    internal const string LiveFile = "live";

    private const int StepsMax = 200;
    private const int Killed = 137;

    /// <summary>How long a second of the manual clock takes at least: a lease of 30 of them is 120 ms.</summary>
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(4.0);

    private readonly string _root = Directory.CreateTempSubdirectory("thaw-crash-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData(CrashWork.Publish, 20)]
    [InlineData(CrashWork.PublishVariants, 20)]
    [InlineData(CrashWork.Fetch, 5)]
    [InlineData(CrashWork.Collect, 15)]
    [InlineData(CrashWork.Compact, 10)]
    public async Task Work_KilledAtEveryStep_LosesNothingAndLeavesNothing(CrashWork work, int stepsMin)
    {
        string template = Path.Combine(_root, "template");
        byte[] memory = await PrepareAsync(template, work);
        int next = -1;
        int steps = StepsMax;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, StepsMax),
            new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = Token },
            async (_, _) =>
            {
                int step = Interlocked.Increment(ref next);
                if (step > Volatile.Read(ref steps))
                {
                    return;
                }
                string directory = Path.Combine(_root, $"{work}-{step}");
                Copy(template, directory);
                int code = await RunChildAsync(work, directory, step);
                Assert.True(code is Killed or CrashChild.Done, $"At step {step} the worker ended with {code}.");
                if (code == CrashChild.Done)
                {
                    InterlockedMin(ref steps, step);
                }
                await AssertRecoversAsync(directory, memory, work, step, isDone: code == CrashChild.Done);
                Directory.Delete(directory, recursive: true);
            });

        Assert.InRange(steps, stepsMin, StepsMax - 1);
    }

    private static void InterlockedMin(ref int place, int value)
    {
        for (int seen = Volatile.Read(ref place); value < seen; seen = Volatile.Read(ref place))
        {
            Interlocked.CompareExchange(ref place, value, seen);
        }
    }

    // A live version, and what the work needs.
    private static async Task<byte[]> PrepareAsync(string directory, CrashWork work)
    {
        Directory.CreateDirectory(directory);
        await using FakeWorld world = CrashWorld.Open(directory);
        await world.StartAsync();
        PublishOutcome live = await world.PublishAsync(CrashWorld.Spec(world, "live"));
        await File.WriteAllTextAsync(Path.Combine(directory, LiveFile), live.SnapshotId, Token);
        string files = Path.Combine(world.Options.DataDirectory, "snapshots", "live", "1");
        byte[] memory = await File.ReadAllBytesAsync(Path.Combine(files, "memory"), Token);
        switch (work)
        {
            case CrashWork.Fetch:
                Directory.Delete(files, recursive: true);
                break;
            case CrashWork.Collect:
                PublishOutcome dead = await world.PublishAsync(CrashWorld.Spec(world, "dead"));
                await world.Worker.RetireAsync("dead", null, removeSnapshots: true);
                await world.Worker.RemoveSnapshotAsync(dead.SnapshotId);
                break;
            case CrashWork.Compact:
                await LearnAsync(world, live.SnapshotId);
                break;
            default:
                break;
        }
        return memory;
    }

    private static async Task LearnAsync(FakeWorld world, string id)
    {
        StoreStack stack = StoreStack.Open(world.Options.Store, TimeProvider.System);
        await using (stack)
        {
            Assert.True(LayerId.TryParse(id, out LayerId layer));
            using OpenLayer open = await stack.Loader.LoadAsync(layer, Token);
            await new WorkingSetStore(stack.Store, stack.Keys, stack.Entropy).SaveAsync(
                open.Manifest, [new WorkingSetEntry(LayerSpace.Memory, new PageRange(9, 1))], Token);
        }
    }

    private static async Task<int> RunChildAsync(CrashWork work, string directory, int step)
    {
        ProcessStartInfo start = new(
            Environment.ProcessPath!, [CrashChild.Argument, $"{work}", directory, $"{step}"])
        {
            RedirectStandardError = true,
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Insert(0, typeof(CrashChild).Assembly.Location);
        }
        using Process child = Process.Start(start)!;
        string errors = await child.StandardError.ReadToEndAsync(Token);
        await child.WaitForExitAsync(Token);
        Assert.True(errors.Length == 0, $"At step {step}: {errors}");
        return child.ExitCode;
    }

    private static async Task AssertRecoversAsync(
        string directory, byte[] memory, CrashWork work, int step, bool isDone)
    {
        await using FakeWorld world = CrashWorld.Open(directory);
        await world.StartAsync();
        string id = await File.ReadAllTextAsync(Path.Combine(directory, LiveFile), Token);
        string at = $"Killed at step {step} of {work}";

        // Everything live is whole, and the live version comes from the store as it was.
        Assert.Empty((await world.Worker.Tree.VerifyAsync(null, Token)).Problems);
        Directory.Delete(Path.Combine(world.Options.DataDirectory, "snapshots"), recursive: true);
        InvokeOutcome outcome = await world.InvokeAsync(CrashWorld.Spec(world, "live") with { SnapshotIds = [id] });
        Assert.Equal(StartKind.Restore, outcome.StartKind);
        Assert.Equal(memory, await File.ReadAllBytesAsync(
            Path.Combine(world.Options.DataDirectory, "snapshots", "live", "1", "memory"), Token));

        // Nobody was told of what was being made; its own worker has given it up, or whoever wanted it does now.
        string made = Path.Combine(directory, CrashWorld.MadeFile);
        if (File.Exists(made))
        {
            await world.Worker.RemoveSnapshotAsync(await File.ReadAllTextAsync(made, Token));
        }
        IReadOnlyList<SnapshotLayer> layers = await world.Worker.Tree.ListAsync(Token);
        IEnumerable<string?> functions = layers.Where(layer => layer.Kind == "function").Select(layer => layer.Name);
        string[] expected = (work, isDone) switch
        {
            (CrashWork.Publish, true) => ["live:1", "new:1"],
            (CrashWork.PublishVariants, true) => ["live:1", "new:1.1", "new:1.2"],
            _ => ["live:1"],
        };
        Assert.True(expected.SequenceEqual(functions.Order()), $"{at}: there is {string.Join(' ', functions)}.");
        int bases = layers.Count(layer => layer.Kind != "function");
        int kept = Directory.GetDirectories(Path.Combine(world.Options.DataDirectory, "bases")).Length;
        Assert.True(bases == kept, $"{at}: {bases} layers of {kept} bases live.");

        // Garbage goes, and what was interrupted can be done.
        await CollectWhenTheDeadAreKnownAsync(world);
        SnapshotCollection again = await world.Worker.Tree.CollectAsync(TimeSpan.Zero, isDryRun: false, Token);
        Assert.Equal((0, layers.Count), (again.BytesFreed, again.LayersLive));
        await world.PublishAsync(CrashWorld.Spec(world, "new", memoryMb: 256));
        Assert.Empty((await world.Worker.Tree.VerifyAsync(null, Token)).Problems);
    }

    // The killed worker's record in the store counts until its lease is over, a minute that this clock makes short.
    private static async Task CollectWhenTheDeadAreKnownAsync(FakeWorld world)
    {
        Store.Tests.ManualTime time = new();
        StepStore? store = null;
        await using StoreStack stack = StoreStack.Open(
            world.Options.Store with { Around = inner => store = new StepStore(inner) }, time);
        await using (await DriveAsync(time, store!, stack.Gate.EnterAsync(Token).AsTask()))
        {
            Assert.Empty(Directory.GetFiles(
                Path.Combine(world.Options.DataDirectory, "store", StoreArea.Sweep.Folder()), "*",
                SearchOption.AllDirectories));
        }
        // Its clock knows nothing of the files' dates.
        await DriveAsync(time, store!, new GarbageCollector(stack.Origin, stack.Gate, time).RunAsync(
            new CollectionOptions { Grace = TimeSpan.FromDays(-36_500.0) }, Token));
    }

    // Moves from one look at others' records to the next, but not while a renewal of one's own is being written.
    private static async Task<T> DriveAsync<T>(Store.Tests.ManualTime time, StepStore store, Task<T> task)
    {
        // A renewal that is due has to get a processor, however busy the machine is, before a lease's time is over.
        using PeriodicTimer pace = new(s_pace);
        while (!task.IsCompleted)
        {
            if (store.UnderWay > 0 || !time.FireNextWithin(TimeSpan.FromSeconds(1)))
            {
                await Task.Yield();
            }
            else
            {
                await pace.WaitForNextTickAsync(Token);
            }
        }
        return await task;
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string directory in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, directory)));
        }
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
        }
    }
}
