using Thaw.Protocol;
using Thaw.Store;
using Thaw.Store.S3;
using Thaw.Worker.Tests.Fakes;

namespace Thaw.Worker.Tests;

public sealed class SnapshotTreeTests
{
    private const int PageBytes = 4096;
    private const int GuestPages = 512;
    private const string Alice = "111111111111";
    private const string Bob = "222222222222";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Publish_OfTwoFunctionsOfOneRuntime_BootsOnceAndStoresWhatEachChanged()
    {
        await using FakeWorld world = NewWorld();
        await world.StartAsync();

        await world.PublishAsync(world.Spec("1", snapStart: true, name: "a"));
        await world.PublishAsync(world.Spec("1", snapStart: true, name: "b"));

        Assert.Single(world.Monitors, monitor => !monitor.WasLoaded);
        IReadOnlyList<SnapshotLayer> layers = await world.Worker.Tree.ListAsync(Token);
        Assert.Equal(["a:1", "b:1"], layers.Where(layer => layer.Kind == "function").Select(layer => layer.Name));
        SnapshotLayer boot = layers.Single(layer => layer.Kind == "boot");
        SnapshotLayer parent = layers.Single(layer => layer.Kind == "runtime");
        Assert.Equal((null, boot.Id), (boot.ParentId, parent.ParentId));
        Assert.Single(world.Monitors, monitor => monitor.IsRuntime);
        Assert.All(
            layers.Where(layer => layer.Kind == "function"), layer => Assert.Equal(parent.Id, layer.ParentId));
        SnapshotDetails details = await world.Worker.Tree.ShowAsync("a:1", Token);
        SnapshotSpace memory = details.Spaces.Single(space => space.Name == "memory");
        Assert.Equal((1, 1, GuestPages - 2), (memory.OwnPages, memory.ZeroPages, memory.InheritedPages));
        Assert.Equal("service", parent.Keyspace);
        Assert.Equal("account/" + FunctionSpec.DefaultAccount, details.Layer.Keyspace);
    }

    [Fact]
    public async Task Publish_OfARuntimeThatCannotBeStartedAhead_LiesOverTheBoot()
    {
        await using FakeWorld world = NewWorld();
        world.OnFrame = async exchange =>
        {
            if (exchange.Frame.Message is not Prepare)
            {
                return false;
            }
            FunctionError error = new(Prepared.NotPreparable, "it needs its function");
            await exchange.Writer.WriteAsync(new Prepared { Ok = false, Error = error });
            return true;
        };
        await world.StartAsync();

        await world.PublishAsync(world.Spec("1", snapStart: true, name: "a"));
        await world.PublishAsync(world.Spec("1", snapStart: true, name: "b"));

        IReadOnlyList<SnapshotLayer> layers = await world.Worker.Tree.ListAsync(Token);
        SnapshotLayer boot = layers.Single(layer => layer.Kind == "boot");
        Assert.Equal([boot.Id, boot.Id], layers.Where(layer => layer.Kind == "function").Select(each => each.ParentId));
        Assert.Equal(3, layers.Count);
        Assert.Single(world.Monitors, monitor => monitor.IsRuntime);
        Assert.Empty(Directory.GetFileSystemEntries(
            Path.Combine(world.Options.DataDirectory, "snapshots", ".unfinished")));
    }

    [Fact]
    public async Task Publish_WhenTheRuntimeDoesNotStart_FailsAndTheNextOneTriesAgain()
    {
        await using FakeWorld world = NewWorld();
        bool isBroken = true;
        world.OnFrame = async exchange =>
        {
            if (!isBroken || exchange.Frame.Message is not Prepare)
            {
                return false;
            }
            FunctionError error = new("Runtime.ExitError", "exit status 3");
            await exchange.Writer.WriteAsync(new Prepared { Ok = false, Error = error });
            return true;
        };
        await world.StartAsync();

        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(
            () => world.PublishAsync(world.Spec("1", snapStart: true)));
        isBroken = false;
        await world.PublishAsync(world.Spec("1", snapStart: true));

        Assert.Equal(WorkerFault.BootFailed, failure.Fault);
        Assert.Contains("exit status 3", failure.Message, StringComparison.Ordinal);
        Assert.Single(world.Monitors, monitor => !monitor.WasLoaded);
    }

    [Fact]
    public async Task Invoke_WithNothingOnThisMachine_BringsTheSnapshotFromTheStore()
    {
        await using FakeWorld world = NewWorld();
        await world.StartAsync();
        FunctionSpec spec = await PublishAsync(world, "hello", FunctionSpec.DefaultAccount);
        string directory = Path.Combine(world.Options.DataDirectory, "snapshots", "hello", "1");
        byte[][] before = Read(directory);
        await world.RestartAsync();
        Directory.Delete(Path.Combine(world.Options.DataDirectory, "snapshots"), recursive: true);

        InvokeOutcome[] outcomes =
            await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => world.InvokeAsync(spec, fresh: true)));

        Assert.All(outcomes, outcome => Assert.Equal(StartKind.Restore, outcome.StartKind));
        Assert.Equal(before, Read(directory));
        Assert.Empty(Directory.GetFileSystemEntries(
            Path.Combine(world.Options.DataDirectory, "snapshots", ".unfinished")));
    }

    [Fact]
    public async Task Invoke_WithADamagedChunkInTheStore_RefusesAndLeavesNothing()
    {
        await using FakeWorld world = NewWorld();
        await world.StartAsync();
        FunctionSpec spec = await PublishAsync(world, "hello", FunctionSpec.DefaultAccount);
        Directory.Delete(Path.Combine(world.Options.DataDirectory, "snapshots", "hello"), recursive: true);
        foreach (string chunk in Directory.GetFiles(
            Path.Combine(world.Options.DataDirectory, "store", "chunks"), "*", SearchOption.AllDirectories))
        {
            byte[] bytes = await File.ReadAllBytesAsync(chunk, Token);
            bytes[^1] ^= 1;
            await File.WriteAllBytesAsync(chunk, bytes, Token);
        }

        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(() => world.InvokeAsync(spec));

        Assert.Equal(WorkerFault.SnapshotInvalid, failure.Fault);
        Assert.Empty(world.Worker.ListSnapshots());
        SnapshotVerification verification = await world.Worker.Tree.VerifyAsync(null, Token);
        Assert.NotEmpty(verification.Problems);
    }

    [Fact]
    public async Task Revoke_OfOneAccount_KeepsItsFunctionsFromStartingAndNoOthers()
    {
        await using FakeWorld world = NewWorld();
        await world.StartAsync();
        FunctionSpec alices = await PublishAsync(world, "a", Alice);
        FunctionSpec bobs = await PublishAsync(world, "b", Bob);
        await world.InvokeAsync(alices);

        int count = await world.Worker.Tree.RevokeKeyAsync(Alice, Token);

        Assert.Equal(1, count);
        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(() => world.InvokeAsync(alices));
        Assert.Equal(WorkerFault.KeyRevoked, failure.Fault);
        WorkerException cold = await Assert.ThrowsAsync<WorkerException>(
            () => world.InvokeAsync(world.Spec(name: "a") with { Account = Alice }));
        Assert.Equal(WorkerFault.KeyRevoked, cold.Fault);
        Assert.False(Directory.Exists(Path.Combine(world.Options.DataDirectory, "snapshots", "a", "1")));
        Assert.Equal(StartKind.Restore, (await world.InvokeAsync(bobs)).StartKind);
        await Assert.ThrowsAsync<WorkerException>(() => PublishAsync(world, "c", Alice));
        SnapshotLayer locked = (await world.Worker.Tree.ListAsync(Token)).Single(layer => layer.Problem is not null);
        Assert.Equal(("destroyed", null, "account/" + Alice), (locked.KeyState, locked.Name, locked.Keyspace));
    }

    [Fact]
    public async Task Rotate_LeavesWhatThereIsAndTakesTheNewKeyForWhatComes()
    {
        await using FakeWorld world = NewWorld();
        await world.StartAsync();
        FunctionSpec old = await PublishAsync(world, "a", Alice);

        MasterKey fresh = await world.Worker.Tree.RotateKeyAsync(Alice, Token);

        await PublishAsync(world, "b", Alice);
        Assert.Equal(fresh.Id, (await world.Worker.Tree.ShowAsync("b:1", Token)).Layer.KeyId);
        Assert.Equal(StartKind.Restore, (await world.InvokeAsync(old)).StartKind);
        IReadOnlyList<MasterKey> keys = await world.Worker.Tree.ListKeysAsync(Token);
        Assert.Equal(
            ["retired", "active"], keys.Where(key => key.Keyspace == "account/" + Alice).Select(key => key.State));
    }

    [Fact]
    public async Task Remove_OfTheLastVersion_LeavesNoneOfItsBytesAfterACollection()
    {
        await using FakeWorld world = NewWorld();
        await world.StartAsync();
        FunctionSpec alices = await PublishAsync(world, "a", Alice);
        FunctionSpec bobs = await PublishAsync(world, "b", Bob);

        await world.Worker.RetireAsync("a", null, removeSnapshots: true);
        await world.Worker.RemoveSnapshotAsync(alices.SnapshotIds[0]);
        SnapshotCollection dry = await world.Worker.Tree.CollectAsync(TimeSpan.Zero, isDryRun: true, Token);
        SnapshotCollection done = await world.Worker.Tree.CollectAsync(TimeSpan.Zero, isDryRun: false, Token);

        Assert.Equal((1, dry.BytesFreed), (done.LayersRemoved, done.BytesFreed));
        Assert.DoesNotContain(
            await world.Worker.Tree.ListAsync(Token), layer => layer.Keyspace == "account/" + Alice);
        Assert.Empty((await world.Worker.Tree.VerifyAsync(null, Token)).Problems);
        Assert.Equal(StartKind.Restore, (await world.InvokeAsync(bobs)).StartKind);
    }

    [Fact]
    public async Task Compact_OfWhatClonesTouched_LaysItOutFirstUnderAnotherName()
    {
        await using FakeWorld world = NewWorld();
        await world.StartAsync();
        FunctionSpec spec = await PublishAsync(world, "hello", Alice);
        string directory = Path.Combine(world.Options.DataDirectory, "snapshots", "hello", "1");
        byte[][] before = Read(directory);
        Assert.Null(await world.Worker.Tree.CompactAsync("hello:1", isForced: true, _ => { }, Token));
        await LearnAsync(world, spec.SnapshotIds[0], 7);
        string? begun = null;

        SnapshotCompaction? done = await world.Worker.Tree.CompactAsync(
            "hello:1", isForced: false, id => begun = id, Token);
        await world.Worker.MoveSnapshotAsync("hello", "1", done!);

        Assert.Equal((spec.SnapshotIds[0], begun, 1), (done!.FromId, done.ToId, done.WorkingSetPages));
        Assert.Equal(done.ToId, (await world.Worker.Tree.ShowAsync("hello:1", Token)).Layer.Id);
        Assert.Equal(done.ToId, Assert.Single(world.Worker.ListSnapshots()).SnapshotId);
        Assert.Equal(StartKind.Restore, (await world.InvokeAsync(spec with { SnapshotIds = [done.ToId] })).StartKind);
        // What took its place is laid out well, and is all that is needed.
        Assert.Null(await world.Worker.Tree.CompactAsync("hello:1", isForced: false, _ => { }, Token));
        await world.Worker.RemoveSnapshotAsync(done.FromId);
        await world.Worker.Tree.CollectAsync(TimeSpan.Zero, isDryRun: false, Token);
        Directory.Delete(directory, recursive: true);
        await world.RestartAsync();
        await world.InvokeAsync(spec with { SnapshotIds = [done.ToId] });
        Assert.Equal(before, Read(directory));
    }

    [Fact]
    public async Task ExportAndImport_MoveASnapshotToAnotherService()
    {
        await using FakeWorld from = NewWorld();
        await using FakeWorld to = NewWorld();
        await from.StartAsync();
        await to.StartAsync();
        FunctionSpec spec = await PublishAsync(from, "hello", Alice);
        using MemoryStream file = new();

        await from.Worker.Tree.ExportAsync("hello:1", "a passphrase", file, Token);
        file.Position = 0;
        SnapshotLayer imported = await to.Worker.Tree.ImportAsync(file, "a passphrase", Token);

        Assert.Equal((spec.SnapshotIds[0], "hello:1"), (imported.Id, imported.Name));
        Assert.Empty((await to.Worker.Tree.VerifyAsync(null, Token)).Problems);
        file.Position = 0;
        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(
            () => to.Worker.Tree.ImportAsync(file, "another", Token));
        Assert.Equal(WorkerFault.ExportRefused, failure.Fault);
    }

    [Fact]
    public async Task Start_AfterAWorkerThatEndedBetweenStoreAndCommit_GivesTheLayerUp()
    {
        await using FakeWorld world = NewWorld();
        await world.StartAsync();
        FunctionSpec spec = await PublishAsync(world, "hello", Alice);
        string half = Path.Combine(world.Options.DataDirectory, "snapshots", ".unfinished", "abc");
        Directory.CreateDirectory(half);
        await File.WriteAllTextAsync(Path.Combine(half, "layer"), spec.SnapshotIds[0], Token);

        await world.RestartAsync();

        SnapshotLayer[] left = [.. (await world.Worker.Tree.ListAsync(Token)).Where(layer => layer.Kind == "function")];
        Assert.Empty(left);
    }

    [Fact]
    public async Task Publish_WithAStoreThatLostTheBase_MakesItAgain()
    {
        await using FakeWorld world = NewWorld();
        await world.StartAsync();
        await PublishAsync(world, "a", Alice);
        await world.Worker.DisposeAsync();
        Directory.Delete(Path.Combine(world.Options.DataDirectory, "store"), recursive: true);
        await world.StartAsync();

        FunctionSpec spec = await PublishAsync(world, "b", Alice);

        Assert.Empty((await world.Worker.Tree.VerifyAsync(spec.SnapshotIds[0], Token)).Problems);
    }

    [Theory]
    [InlineData("hello:2", "There is no snapshot hello:2.")]
    [InlineData("00", "There is no snapshot 00.")]
    public async Task Show_OfWhatIsNotThere_SaysSo(string id, string message)
    {
        await using FakeWorld world = NewWorld();
        await world.StartAsync();
        await PublishAsync(world, "hello", Alice);

        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(
            () => world.Worker.Tree.ShowAsync(id, Token));

        Assert.Equal((WorkerFault.SnapshotUnknown, message), (failure.Fault, failure.Message));
    }

    private static async Task LearnAsync(FakeWorld world, string id, uint page)
    {
        await using StoreStack stack = StoreStack.Open(world.Options.Store, TimeProvider.System);
        Assert.True(LayerId.TryParse(id, out LayerId layer));
        using OpenLayer open = await stack.Loader.LoadAsync(layer, Token);
        await new WorkingSetStore(stack.Store, stack.Keys, stack.Entropy).SaveAsync(
            open.Manifest, [new WorkingSetEntry(LayerSpace.Memory, new PageRange(page, 1))], Token);
    }

    /// <summary>Guests whose memory is half zero; init changes one page and clears another.</summary>
    private static FakeWorld NewWorld() => new()
    {
        MemoryOf = monitor =>
        {
            byte[] memory = new byte[GuestPages * PageBytes];
            new Random(1).NextBytes(memory.AsSpan(0, GuestPages / 2 * PageBytes));
            if (monitor.Messages.Any(message => message is Configure))
            {
                new Random(monitor.Id.GetHashCode(StringComparison.Ordinal)).NextBytes(
                    memory.AsSpan(7 * PageBytes, PageBytes));
                memory.AsSpan(9 * PageBytes, PageBytes).Clear();
            }
            return memory;
        },
    };

    private static async Task<FunctionSpec> PublishAsync(FakeWorld world, string name, string account)
    {
        FunctionSpec spec = world.Spec("1", snapStart: true, name: name) with { Account = account };
        PublishOutcome outcome = await world.PublishAsync(spec);
        return spec with { SnapshotIds = [outcome.SnapshotId] };
    }

    private static byte[][] Read(string directory) =>
        [.. new[] { "state", "memory", "code.img" }.Select(name => File.ReadAllBytes(Path.Combine(directory, name)))];
}
