using Thaw.Protocol;
using Thaw.Worker.Tests.Fakes;

namespace Thaw.Worker.Tests;

/// <summary>Versions with several snapshots.</summary>
public sealed class VariantTests
{
    private const int PageBytes = 4096;
    private const int GuestPages = 64;
    private const string Alice = "111111111111";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Publish_MakesEachOfAnInitOfItsOwnOverTheBoot()
    {
        await using FakeWorld world = NewWorld();
        await world.StartAsync();

        await PublishAsync(world, variants: 3);

        // No runtime is started that would wait, and be the same in all of them.
        Assert.DoesNotContain(world.Monitors, monitor => monitor.IsRuntime);
        Assert.Equal(3, world.Monitors.Count(monitor => monitor.Messages.Any(message => message is Configure)));
        IReadOnlyList<SnapshotLayer> layers = await world.Worker.Tree.ListAsync(Token);
        SnapshotLayer boot = Assert.Single(layers, layer => layer.ParentId is null);
        Assert.Equal(
            [("hello:1.1", boot.Id), ("hello:1.2", boot.Id), ("hello:1.3", boot.Id)],
            layers.Where(layer => layer.Kind == "function").Select(layer => (layer.Name, layer.ParentId)));
        Assert.Equal(
            [("1", 1), ("1", 2), ("1", 3)],
            world.Worker.ListSnapshots().Select(snapshot => (snapshot.Version, snapshot.Variant)));
        Assert.Empty(Unfinished(world));
    }

    [Fact]
    public async Task Publish_OfOne_IsNoVariant()
    {
        await using FakeWorld world = NewWorld();
        await world.StartAsync();

        FunctionSpec spec = await PublishAsync(world, variants: 1);

        Assert.Single(world.Monitors, monitor => monitor.IsRuntime);
        Assert.Null(Assert.Single(world.Worker.ListSnapshots()).Variant);
        Assert.Null((await world.InvokeAsync(spec)).Variant);
        Assert.Equal("hello:1", (await world.Worker.Tree.ShowAsync("hello:1", Token)).Layer.Name);
    }

    [Fact]
    public async Task Start_PicksByADrawInWhichAllAreAsLikely()
    {
        // 256 values do not go evenly into three: the last one is thrown away and drawn again.
        await using FakeWorld world = NewWorld(new ScriptedDraws(0, 1, 2, 3, 255, 254, 128));
        await world.StartAsync();
        FunctionSpec spec = await PublishAsync(world, variants: 3);

        List<int?> variants = [];
        for (int i = 0; i < 6; i++)
        {
            variants.Add((await world.InvokeAsync(spec, fresh: true)).Variant);
        }

        Assert.Equal([1, 2, 3, 1, 3, 3], variants);
        Assert.Equal(
            [1, 2, 3, 1, 3, 3],
            world.Monitors.Where(monitor => monitor.IsClone).Select(
                monitor => int.Parse(Path.GetDirectoryName(monitor.LoadedFrom)!.Split('.')[^1])));
    }

    [Fact]
    public async Task Start_OfAnIdleClone_IsOfTheVariantThatItIs()
    {
        await using FakeWorld world = NewWorld(new ScriptedDraws(1));
        await world.StartAsync();
        FunctionSpec spec = await PublishAsync(world, variants: 2);

        await world.InvokeAsync(spec);
        InvokeOutcome warm = await world.InvokeAsync(spec);

        Assert.Equal((StartKind.Warm, 2), (warm.StartKind, warm.Variant));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Publish_WhenOneFails_LeavesNothingOfAny(int good)
    {
        await using FakeWorld world = NewWorld();
        int inits = 0;
        world.OnFrame = async exchange =>
        {
            if (exchange.Frame.Message is not Configure || inits++ < good)
            {
                return false;
            }
            await exchange.Writer.WriteAsync(new InitDone { Ok = false, Error = new FunctionError("E", "no luck") });
            return true;
        };
        await world.StartAsync();

        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(() => PublishAsync(world, variants: 3));

        Assert.Equal(WorkerFault.InitFailed, failure.Fault);
        Assert.Equal(good + 1, inits);
        Assert.Empty(world.Worker.ListSnapshots());
        Assert.Empty(Unfinished(world));
        Assert.DoesNotContain(await world.Worker.Tree.ListAsync(Token), layer => layer.Kind == "function");
        Assert.All(world.Monitors, monitor => Assert.True(monitor.Exited.IsCompleted));
    }

    [Fact]
    public async Task Retire_OfAVersion_RemovesAllOfItAndNothingElse()
    {
        await using FakeWorld world = NewWorld();
        await world.StartAsync();
        await PublishAsync(world, variants: 2, version: "1");
        await PublishAsync(world, variants: 2, version: "10");

        await world.Worker.RetireAsync("hello", "1", removeSnapshots: true);

        Assert.Equal(
            [("10", 1), ("10", 2)],
            world.Worker.ListSnapshots().Select(snapshot => (snapshot.Version, snapshot.Variant)));
    }

    [Fact]
    public async Task Start_WithNothingOnThisMachine_BringsTheVariantThatWasPicked()
    {
        await using FakeWorld world = NewWorld();
        await world.StartAsync();
        FunctionSpec spec = await PublishAsync(world, variants: 2);
        await world.RestartAsync();
        Directory.Delete(Path.Combine(world.Options.DataDirectory, "snapshots"), recursive: true);

        InvokeOutcome outcome = await world.Worker.InvokeAsync(world.Order(spec) with { Variant = 2 }, Token);

        Assert.Equal((StartKind.Restore, 2), (outcome.StartKind, outcome.Variant));
        SnapshotSummary brought = Assert.Single(world.Worker.ListSnapshots());
        Assert.Equal((2, spec.SnapshotIds[1]), (brought.Variant, brought.SnapshotId));
    }

    [Fact]
    public async Task Revoke_KeepsEachVariantFromStarting()
    {
        await using FakeWorld world = NewWorld();
        await world.StartAsync();
        FunctionSpec spec = await PublishAsync(world, variants: 2);

        await world.Worker.Tree.RevokeKeyAsync(Alice, Token);

        Assert.Empty(world.Worker.ListSnapshots());
        foreach (int variant in (int[])[1, 2])
        {
            WorkerException failure = await Assert.ThrowsAsync<WorkerException>(
                () => world.Worker.InvokeAsync(world.Order(spec) with { Variant = variant }, Token));
            Assert.Equal(WorkerFault.KeyRevoked, failure.Fault);
        }
    }

    [Fact]
    public async Task Tree_KnowsOneVariantByItsNumberAndAllByTheVersion()
    {
        await using FakeWorld world = NewWorld();
        await using FakeWorld other = NewWorld();
        await world.StartAsync();
        await other.StartAsync();
        FunctionSpec spec = await PublishAsync(world, variants: 2);
        using MemoryStream file = new();

        WorkerException ambiguous = await Assert.ThrowsAsync<WorkerException>(
            () => world.Worker.Tree.ShowAsync("hello:1", Token));
        SnapshotDetails second = await world.Worker.Tree.ShowAsync("hello:1.2", Token);
        SnapshotVerification one = await world.Worker.Tree.VerifyAsync("hello:1.2", Token);
        SnapshotVerification both = await world.Worker.Tree.VerifyAsync("hello:1", Token);
        await world.Worker.Tree.ExportAsync("hello:1.2", "a passphrase", file, Token);
        file.Position = 0;
        SnapshotLayer imported = await other.Worker.Tree.ImportAsync(file, "a passphrase", Token);

        Assert.Equal("Several snapshots are meant by hello:1: hello:1.1, hello:1.2.", ambiguous.Message);
        Assert.Equal(spec.SnapshotIds[1], second.Layer.Id);
        Assert.Equal((2, 3), (one.Layers, both.Layers));
        Assert.Equal((spec.SnapshotIds[1], "hello:1.2"), (imported.Id, imported.Name));
    }

    [Fact]
    public async Task Move_OfOneVariantsLayer_LeavesTheOthers()
    {
        await using FakeWorld world = NewWorld();
        await world.StartAsync();
        FunctionSpec spec = await PublishAsync(world, variants: 2);
        SnapshotCompaction compaction = new(
            spec.SnapshotIds[1], "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", 1, 1);

        await world.Worker.MoveSnapshotAsync("hello", "1", compaction);

        Assert.Equal(
            [spec.SnapshotIds[0], compaction.ToId],
            world.Worker.ListSnapshots().Select(snapshot => snapshot.SnapshotId));
    }

    private static IEnumerable<string> Unfinished(FakeWorld world) => Directory.GetFileSystemEntries(
        Path.Combine(world.Options.DataDirectory, "snapshots", ".unfinished"));

    private static async Task<FunctionSpec> PublishAsync(FakeWorld world, int variants, string version = "1")
    {
        FunctionSpec spec = world.Spec(version, snapStart: true) with { Account = Alice, Variants = variants };
        IReadOnlyList<PublishOutcome> outcomes = await world.Worker.PublishAsync(spec, Token);
        return spec with { SnapshotIds = [.. outcomes.Select(outcome => outcome.SnapshotId)] };
    }

    /// <summary>Guests whose init changes one page, each in its own way.</summary>
    private static FakeWorld NewWorld(ScriptedDraws? random = null) => new()
    {
        Random = random,
        MemoryOf = monitor =>
        {
            byte[] memory = new byte[GuestPages * PageBytes];
            new Random(1).NextBytes(memory.AsSpan(0, GuestPages / 2 * PageBytes));
            if (monitor.Messages.Any(message => message is Configure))
            {
                new Random(monitor.Id.GetHashCode(StringComparison.Ordinal)).NextBytes(
                    memory.AsSpan(7 * PageBytes, PageBytes));
            }
            return memory;
        },
    };
}
