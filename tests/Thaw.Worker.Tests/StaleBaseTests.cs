using Thaw.Worker.Tests.Crashes;
using Thaw.Worker.Tests.Fakes;

namespace Thaw.Worker.Tests;

/// <summary>What functions are published from, once what it depends on is another.</summary>
public sealed class StaleBaseTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Collect_AfterAnArgumentChanged_GivesUpTheBasesAndHarmsNoVersion()
    {
        await using FakeWorld world = new();
        await world.StartAsync();
        FunctionSpec old = await PublishAsync(world, "old");
        string[] bases = BasesOf(world);
        world.Options = world.Options with { ExtraBootArguments = "quiet" };
        await world.RestartAsync();

        SnapshotCollection dry = await world.Worker.Tree.CollectAsync(TimeSpan.Zero, isDryRun: true, Token);
        string[] afterDry = BasesOf(world);
        SnapshotCollection done = await world.Worker.Tree.CollectAsync(TimeSpan.Zero, isDryRun: false, Token);

        Assert.Equal((bases.Length, bases.Length), (dry.BasesDropped, done.BasesDropped));
        Assert.NotEmpty(bases);
        Assert.Equal(bases, afterDry);
        Assert.Empty(BasesOf(world));
        // A version lies over their layers.
        Assert.Equal(0, done.LayersRemoved);
        Assert.Equal(StartKind.Restore, (await world.InvokeAsync(old, fresh: true)).StartKind);
        await world.Worker.RemoveSnapshotAsync(old.SnapshotIds[0]);
        SnapshotCollection last = await world.Worker.Tree.CollectAsync(TimeSpan.Zero, isDryRun: false, Token);
        Assert.Equal(bases.Length + 1, last.LayersRemoved);
    }

    [Fact]
    public async Task Collect_AfterARestartWithTheSame_LeavesBasesToPublishFrom()
    {
        await using FakeWorld world = new();
        await world.StartAsync();
        await PublishAsync(world, "old");
        string[] bases = BasesOf(world);
        await world.RestartAsync();

        SnapshotCollection done = await world.Worker.Tree.CollectAsync(TimeSpan.Zero, isDryRun: false, Token);
        await PublishAsync(world, "new");

        Assert.Equal(0, done.BasesDropped);
        Assert.Equal(bases, BasesOf(world));
    }

    [Fact]
    public async Task Collect_WithGrace_LeavesYoungBases()
    {
        await using FakeWorld world = new();
        await world.StartAsync();
        await PublishAsync(world, "old");
        world.Options = world.Options with { ExtraBootArguments = "quiet" };
        await world.RestartAsync();

        SnapshotCollection done = await world.Worker.Tree.CollectAsync(TimeSpan.FromHours(1), isDryRun: false, Token);

        Assert.Equal(0, done.BasesDropped);
        Assert.NotEmpty(BasesOf(world));
    }

    [Fact]
    public async Task Collect_WhileBasesAreInUse_LeavesThemThoughTheMonitorIsAnother()
    {
        await using FakeWorld world = new();
        string monitor = Path.Combine(world.Directory, "monitor");
        await File.WriteAllTextAsync(monitor, "one", Token);
        world.Options = world.Options with { MonitorPath = monitor };
        await world.StartAsync();
        await PublishAsync(world, "old");
        string[] bases = BasesOf(world);
        await File.WriteAllTextAsync(monitor, "another", Token);

        SnapshotCollection inUse = await world.Worker.Tree.CollectAsync(TimeSpan.Zero, isDryRun: false, Token);
        string[] left = BasesOf(world);
        await world.RestartAsync();
        SnapshotCollection done = await world.Worker.Tree.CollectAsync(TimeSpan.Zero, isDryRun: false, Token);

        Assert.Equal((0, bases.Length), (inUse.BasesDropped, done.BasesDropped));
        Assert.Equal(bases, left);
        Assert.Empty(BasesOf(world));
    }

    private static string[] BasesOf(FakeWorld world) =>
        [.. Directory.GetDirectories(Path.Combine(world.Options.DataDirectory, "bases")).Order()];

    private static async Task<FunctionSpec> PublishAsync(FakeWorld world, string name)
    {
        FunctionSpec spec = CrashWorld.Spec(world, name);
        return spec with { SnapshotIds = [(await world.PublishAsync(spec)).SnapshotId] };
    }
}
