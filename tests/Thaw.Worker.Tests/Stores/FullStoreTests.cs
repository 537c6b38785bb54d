using Thaw.Store.Tests;
using Thaw.Worker.Tests.Crashes;
using Thaw.Worker.Tests.Fakes;

namespace Thaw.Worker.Tests.Stores;

/// <summary>A store that has no room for more, from each of a worker's requests on in turn.</summary>
public sealed class FullStoreTests : IDisposable
{
    private const int RequestsMax = 200;

    private readonly string _root = Directory.CreateTempSubdirectory("thaw-full-").FullName;
    private FaultInjectingChunkStore? _store;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Publish_WithoutRoomFromAnyRequestOn_SaysSoAndHarmsNothing()
    {
        await using FakeWorld world = await StartAsync();
        FunctionSpec live = CrashWorld.Spec(world, "live");
        live = live with { SnapshotIds = [(await world.PublishAsync(live)).SnapshotId] };
        IReadOnlyList<SnapshotLayer> before = await world.Worker.Tree.ListAsync(Token);

        int failures = 0;
        while (await FailAsync(failures, () => world.PublishAsync(CrashWorld.Spec(world, $"new{failures}"))))
        {
            failures++;
            Assert.Equal(
                before.Select(layer => layer.Id),
                (await world.Worker.Tree.ListAsync(Token)).Select(layer => layer.Id));
            Assert.Equal("live", Assert.Single(world.Worker.ListSnapshots()).FunctionName);
        }

        Assert.InRange(failures, 5, RequestsMax);
        Assert.Empty(Directory.GetFileSystemEntries(
            Path.Combine(world.Options.DataDirectory, "snapshots", ".unfinished")));
        Assert.Empty((await world.Worker.Tree.VerifyAsync(null, Token)).Problems);
        Assert.Equal(StartKind.Restore, (await world.InvokeAsync(live)).StartKind);
    }

    [Fact]
    public async Task PublishOfTheFirst_WithoutRoomFromAnyRequestOn_LeavesNoBase()
    {
        await using FakeWorld world = await StartAsync();

        int failures = 0;
        while (await FailAsync(failures, () => world.PublishAsync(CrashWorld.Spec(world, "new"))))
        {
            failures++;
            int bases = (await world.Worker.Tree.ListAsync(Token)).Count;
            Assert.Equal(Directory.GetDirectories(EnsureBases(world)).Length, bases);
        }

        Assert.InRange(failures, 10, RequestsMax);
        Assert.Empty((await world.Worker.Tree.VerifyAsync(null, Token)).Problems);
    }

    [Fact]
    public async Task Collect_WithoutRoom_SaysSoAndHarmsNothing()
    {
        await using FakeWorld world = await StartAsync();
        FunctionSpec live = CrashWorld.Spec(world, "live");
        live = live with { SnapshotIds = [(await world.PublishAsync(live)).SnapshotId] };
        PublishOutcome dead = await world.PublishAsync(CrashWorld.Spec(world, "dead"));
        await world.Worker.RemoveSnapshotAsync(dead.SnapshotId);

        // A sweep announces itself, and what can't be announced is not swept.
        Assert.True(await FailAsync(
            0, () => world.Worker.Tree.CollectAsync(TimeSpan.Zero, isDryRun: false, Token)));

        Assert.Empty((await world.Worker.Tree.VerifyAsync(null, Token)).Problems);
        SnapshotCollection done = await world.Worker.Tree.CollectAsync(TimeSpan.Zero, isDryRun: false, Token);
        Assert.Equal(1, done.LayersRemoved);
        Assert.Equal(StartKind.Restore, (await world.InvokeAsync(live)).StartKind);
    }

    private static string EnsureBases(FakeWorld world) =>
        Directory.CreateDirectory(Path.Combine(world.Options.DataDirectory, "bases")).FullName;

    private async Task<FakeWorld> StartAsync()
    {
        FakeWorld world = CrashWorld.Open(
            Path.Combine(_root, "template"),
            inner => _store = new FaultInjectingChunkStore(inner, TimeProvider.System));
        await world.StartAsync();
        return world;
    }

    // False when the work is done before the store is full.
    private async Task<bool> FailAsync(int fromRequest, Func<Task> work)
    {
        int first = _store!.Requests;
        _store.Decide = (request, _) => request - first >= fromRequest ? Fault.OutOfSpace : Fault.None;
        try
        {
            await work();
            return false;
        }
        catch (WorkerException failure)
        {
            Assert.Equal(WorkerFault.StoreFailed, failure.Fault);
            Assert.Contains("No room", failure.Message, StringComparison.Ordinal);
            return true;
        }
        finally
        {
            _store.Decide = (_, _) => Fault.None;
        }
    }
}
