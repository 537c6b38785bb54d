using Thaw.Worker.Tests.Crashes;
using Thaw.Worker.Tests.Fakes;

namespace Thaw.Worker.Tests.Stores;

/// <summary>Two services on one store, each with a disk of its own.</summary>
public sealed class TwoServicesTests : IDisposable
{
    private const int Rounds = 3;

    private readonly string _root = Directory.CreateTempSubdirectory("thaw-two-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task PublishDeleteAndCollect_AtOnce_LoseNothingThatLives()
    {
        await using FakeWorld one = await StartAsync("template");
        await using FakeWorld two = await StartAsync("two");

        FunctionSpec[][] live = await Task.WhenAll(
            Task.Run(() => WorkAsync(one, "one")), Task.Run(() => WorkAsync(two, "two")));

        Assert.Empty((await one.Worker.Tree.VerifyAsync(null, Token)).Problems);
        await one.Worker.Tree.CollectAsync(TimeSpan.Zero, isDryRun: false, Token);
        Assert.Empty((await two.Worker.Tree.VerifyAsync(null, Token)).Problems);
        Assert.Equal(
            live.SelectMany(specs => specs).Select(spec => spec.SnapshotIds[0]).Order(),
            (await two.Worker.Tree.ListAsync(Token)).Where(layer => layer.Kind == "function")
                .Select(layer => layer.Id).Order());
        // Each starts what the other published.
        foreach ((FakeWorld world, FunctionSpec[] specs) in new[] { (one, live[1]), (two, live[0]) })
        {
            InvokeOutcome outcome = await world.InvokeAsync(specs[^1]);
            Assert.Equal(StartKind.Restore, outcome.StartKind);
        }
    }

    // Every second version is deleted again, and garbage is collected all the time.
    private static async Task<FunctionSpec[]> WorkAsync(FakeWorld world, string name)
    {
        List<FunctionSpec> live = [];
        for (int i = 0; i < Rounds; i++)
        {
            FunctionSpec kept = CrashWorld.Spec(world, $"{name}-kept{i}");
            live.Add(kept with { SnapshotIds = [(await world.PublishAsync(kept)).SnapshotId] });
            FunctionSpec dropped = CrashWorld.Spec(world, $"{name}-dropped{i}");
            PublishOutcome outcome = await world.PublishAsync(dropped);
            await world.Worker.RetireAsync(dropped.Name, null, removeSnapshots: true);
            await world.Worker.RemoveSnapshotAsync(outcome.SnapshotId);
            await world.Worker.Tree.CollectAsync(TimeSpan.Zero, isDryRun: false, Token);
        }
        return [.. live];
    }

    private async Task<FakeWorld> StartAsync(string name)
    {
        FakeWorld world = CrashWorld.Open(Path.Combine(_root, name));
        world.Options = world.Options with
        {
            StoreLocation = Path.Combine(_root, "store"),
            KeyFile = Path.Combine(_root, "keys.json"),
        };
        await world.StartAsync();
        return world;
    }
}
