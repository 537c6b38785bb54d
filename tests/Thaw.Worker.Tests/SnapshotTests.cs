using System.Text.Json;
using Thaw.Protocol;
using Thaw.Worker.Tests.Fakes;

namespace Thaw.Worker.Tests;

public sealed class SnapshotTests
{
    [Fact]
    public async Task Publish_QuiescesPausesWritesAndCommits()
    {
        await using FakeWorld world = new();
        await world.StartAsync();

        await world.PublishAsync(world.Spec("1", snapStart: true));

        FakeMonitor[] monitors = [.. world.Monitors];
        Assert.Equal(3, monitors.Length);
        Assert.Equal([typeof(Quiesce)], TypesOf(monitors[0]));
        Assert.Equal([typeof(Restore), typeof(Prepare), typeof(Quiesce)], TypesOf(monitors[1]));
        Assert.Equal([typeof(Restore), typeof(Configure), typeof(Quiesce)], TypesOf(monitors[2]));
        Assert.Equal([1UL, 2UL], monitors[1..].Select(each => each.Messages.OfType<Restore>().Single().Generation));
        FakeMonitor monitor = monitors[2];
        Assert.True(monitor.Messages.OfType<Configure>().Single().SnapStart);
        Assert.Equal(
            ["PUT /snapshot/load", "PATCH /vm", "PUT /snapshot/create"],
            monitor.Requests.Select(request => request.Request));
        Assert.Equal(137, await monitor.Exited);
        string directory = Path.Combine(world.Options.DataDirectory, "snapshots", "hello", "1");
        Assert.Equal(
            ["code.img", "layer", "manifest.json", "memory", "state"],
            Directory.GetFiles(directory).Select(Path.GetFileName).Order());
        SnapshotSummary summary = Assert.Single(world.Worker.ListSnapshots());
        Assert.Equal(("hello", "1"), (summary.FunctionName, summary.Version));
        Assert.Empty(Directory.GetFileSystemEntries(
            Path.Combine(world.Options.DataDirectory, "snapshots", ".unfinished")));
        Assert.Equal(0, world.Worker.Status.Microvms);
    }

    [Fact]
    public async Task Invoke_OfAPublishedVersion_LoadsItAndMakesTheCloneUnique()
    {
        await using FakeWorld world = new();
        await world.StartAsync();
        FunctionSpec spec = world.Spec("1", snapStart: true);
        await world.PublishAsync(spec);

        InvokeOutcome[] outcomes =
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => world.InvokeAsync(spec, fresh: true)));

        Assert.All(outcomes, outcome => Assert.Equal(StartKind.Restore, outcome.StartKind));
        Assert.Equal(4, outcomes.Select(outcome => outcome.CloneId).Distinct().Count());
        FakeMonitor[] clones = [.. world.Monitors.Where(monitor => monitor.IsClone)];
        Restore[] restores = [.. clones.Select(clone => clone.Messages.OfType<Restore>().Single())];
        Assert.Equal(4, restores.Select(restore => Convert.ToHexString(restore.Entropy)).Distinct().Count());
        Assert.All(restores, restore => Assert.True(restore.Entropy.Length >= 32));
        Assert.All(restores, restore => Assert.Equal(3UL, restore.Generation));
        Assert.Equal(
            outcomes.Select(outcome => outcome.CloneId).Order(), restores.Select(restore => restore.CloneId).Order());
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        Assert.All(restores, restore => Assert.InRange(restore.WallClockUnixNs / 1_000_000, now - 60_000, now + 1));
        JsonElement load = clones[0].Requests.Single().Body;
        Assert.True(load.GetProperty("resume_vm").GetBoolean());
        Assert.EndsWith("/snapshots/hello/1/memory",
            load.GetProperty("mem_backend").GetProperty("backend_path").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            clones[0].Paths.Vsock, load.GetProperty("vsock_override").GetProperty("uds_path").GetString());
        Assert.EndsWith("/snapshots/hello/1/code.img",
            load.GetProperty("drive_overrides")[0].GetProperty("path_on_host").GetString(), StringComparison.Ordinal);
        Assert.Equal("root", load.GetProperty("pmem_overrides")[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task Invoke_FirstOfAVersionAfterARestart_HasTheMemoryChecked()
    {
        await using FakeWorld world = new();
        await world.StartAsync();
        FunctionSpec spec = world.Spec("1", snapStart: true);
        await world.PublishAsync(spec);
        await world.InvokeAsync(spec, fresh: true);
        bool[] before = VerifyFlags(world);
        await world.RestartAsync();

        await world.InvokeAsync(spec, fresh: true);
        await world.InvokeAsync(spec, fresh: true);

        Assert.Equal([false], before);
        Assert.Equal([true, false], VerifyFlags(world));
    }

    [Fact]
    public async Task Invoke_WhenOneRestoreFails_IsTriedOnceMoreOnAnotherClone()
    {
        await using FakeWorld world = new();
        FailRestores(world, count: 1);
        await world.StartAsync();
        FunctionSpec spec = world.Spec("1", snapStart: true);
        await world.PublishAsync(spec);

        InvokeOutcome outcome = await world.InvokeAsync(spec);

        Assert.Equal(1, outcome.StartRetries);
        Assert.Equal(1, world.Worker.Status.StartRetries);
        FakeMonitor[] clones = [.. world.Monitors.Where(monitor => monitor.IsClone)];
        Assert.Equal(2, clones.Length);
        Assert.Equal(137, await clones[0].Exited);
        Assert.Empty(clones[0].Messages.OfType<Invoke>());
        Assert.NotEqual(
            clones[0].Messages.OfType<Restore>().Single().CloneId,
            clones[1].Messages.OfType<Restore>().Single().CloneId);
        Assert.Contains("entropy", Assert.Single(world.Worker.ListFailures()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invoke_WhenTwoRestoresFail_GivesUpAndNoCloneLives()
    {
        await using FakeWorld world = new();
        FailRestores(world, count: int.MaxValue);
        await world.StartAsync();
        FunctionSpec spec = world.Spec("1", snapStart: true);
        await world.PublishAsync(spec);

        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(() => world.InvokeAsync(spec));

        Assert.Equal(WorkerFault.RestoreFailed, failure.Fault);
        Assert.Equal(2, world.Monitors.Count(monitor => monitor.IsClone));
        Assert.All(world.Monitors, monitor => Assert.True(monitor.Exited.IsCompleted));
        Assert.Equal(0, world.Worker.Status.Microvms);
    }

    [Fact]
    public async Task Invoke_WhenACloneNeverGetsReady_TimesOut()
    {
        ManualTime time = new();
        await using FakeWorld world = new() { Time = time };
        using SemaphoreSlim asked = new(0);
        world.OnFrame = exchange =>
        {
            bool isRestore = exchange is { Frame.Message: Restore, Monitor.IsClone: true };
            if (isRestore)
            {
                asked.Release();
            }
            return Task.FromResult(isRestore);
        };
        await world.StartAsync();
        FunctionSpec spec = world.Spec("1", snapStart: true);
        await world.PublishAsync(spec);

        Task<InvokeOutcome> invocation = world.InvokeAsync(spec);
        foreach (int _ in (int[])[1, 2])
        {
            await asked.WaitAsync(TestContext.Current.CancellationToken);
            time.Advance(world.Options.RestoreTimeout + world.Options.AgentGrace);
        }
        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(() => invocation);

        Assert.Equal(WorkerFault.RestoreTimedOut, failure.Fault);
    }

    [Theory]
    [InlineData("state")]
    [InlineData("code.img")]
    public async Task Invoke_WithAChangedByteInAFile_RefusesTheSnapshot(string file)
    {
        await using FakeWorld world = new();
        await world.StartAsync();
        FunctionSpec spec = world.Spec("1", snapStart: true);
        await world.PublishAsync(spec);
        await world.RestartAsync();
        string path = Path.Combine(world.Options.DataDirectory, "snapshots", "hello", "1", file);
        byte[] bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        bytes[3] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);

        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(() => world.InvokeAsync(spec));

        Assert.Equal(WorkerFault.SnapshotInvalid, failure.Fault);
        Assert.Contains(file, failure.Message, StringComparison.Ordinal);
        Assert.Empty(world.Monitors);
    }

    [Fact]
    public async Task Invoke_WithATruncatedMemoryFile_NamesBothSizes()
    {
        await using FakeWorld world = new();
        await world.StartAsync();
        FunctionSpec spec = world.Spec("1", snapStart: true);
        await world.PublishAsync(spec);
        await world.RestartAsync();
        string path = Path.Combine(world.Options.DataDirectory, "snapshots", "hello", "1", "memory");
        long size = new FileInfo(path).Length;
        await File.WriteAllTextAsync(path, "x", TestContext.Current.CancellationToken);

        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(() => world.InvokeAsync(spec));

        Assert.Contains("has 1 bytes", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"there were {size}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invoke_WhenTheRootImageChanged_RefusesTheSnapshotEvenWithoutARestart()
    {
        await using FakeWorld world = new();
        await world.StartAsync();
        FunctionSpec spec = world.Spec("1", snapStart: true);
        await world.PublishAsync(spec);
        await world.InvokeAsync(spec, fresh: true);
        await File.WriteAllTextAsync(
            Path.Combine(world.Images, "python3.13.erofs"), "another image", TestContext.Current.CancellationToken);

        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(() => world.InvokeAsync(spec, fresh: true));

        Assert.Equal(WorkerFault.SnapshotInvalid, failure.Fault);
        Assert.Contains("publish the function again", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invoke_WhenTheMonitorRefusesTheSnapshot_PassesItsReasonOnWithoutRetry()
    {
        await using FakeWorld world = new();
        world.OnApi = (_, request, body) => request == "PUT /snapshot/load"
            && body.GetProperty("mem_backend").GetProperty("backend_path").GetString()!.Contains("/snapshots/")
            ? (400, """{"fault_message":"Snapshot CPU vendor is AMD, this host is Intel."}""")
            : null;
        await world.StartAsync();
        FunctionSpec spec = world.Spec("1", snapStart: true);
        await world.PublishAsync(spec);

        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(() => world.InvokeAsync(spec));

        Assert.Equal(WorkerFault.SnapshotInvalid, failure.Fault);
        Assert.Contains("Snapshot CPU vendor is AMD, this host is Intel.", failure.Message, StringComparison.Ordinal);
        Assert.Single(world.Monitors, monitor => monitor.Requests.Any(IsLoadOfAVersion));
    }

    [Fact]
    public async Task Start_AfterAWorkerThatWasKilled_RemovesWhatIsHalfMade()
    {
        await using FakeWorld world = new();
        string half = Path.Combine(world.Options.DataDirectory, "snapshots", ".unfinished", "abc");
        string left = Path.Combine(world.Options.DataDirectory, "run", "0123456789ab");
        Directory.CreateDirectory(half);
        Directory.CreateDirectory(left);
        await File.WriteAllTextAsync(Path.Combine(half, "memory"), "half", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(left, "v.sock"), "", TestContext.Current.CancellationToken);

        await world.StartAsync();

        Assert.False(Directory.Exists(half));
        Assert.False(Directory.Exists(left));
    }

    [Fact]
    public async Task Start_OnADataDirectoryInUse_IsRefused()
    {
        await using FakeWorld world = new();
        await world.StartAsync();

        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(
            () => WorkerDaemon.StartAsync(world.Options, TestContext.Current.CancellationToken));

        Assert.Contains("another service uses it", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retire_OfAFunction_EndsItsIdleMicrovmsAndRemovesItsSnapshots()
    {
        await using FakeWorld world = new();
        await world.StartAsync();
        FunctionSpec spec = world.Spec("1", snapStart: true);
        await world.PublishAsync(spec);
        await world.InvokeAsync(spec);
        await world.InvokeAsync(world.Spec(name: "other"));

        await world.Worker.RetireAsync("hello", null, removeSnapshots: true);

        Assert.Empty(world.Worker.ListSnapshots());
        Assert.Equal(1, world.Worker.Status.Microvms);
        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(() => world.InvokeAsync(spec));
        Assert.Equal(WorkerFault.SnapshotInvalid, failure.Fault);
        InvokeOutcome other = await world.InvokeAsync(world.Spec(name: "other"));
        Assert.Equal(StartKind.Warm, other.StartKind);
    }

    private static bool[] VerifyFlags(FakeWorld world) =>
    [
        .. world.Monitors.Where(monitor => monitor.IsClone)
            .Select(monitor => monitor.Requests.Single().Body.GetProperty("verify_memory").GetBoolean()),
    ];

    private static void FailRestores(FakeWorld world, int count)
    {
        int left = count;
        world.OnFrame = async exchange =>
        {
            if (exchange is not { Frame.Message: Restore restore, Monitor.IsClone: true }
                || Interlocked.Decrement(ref left) < 0)
            {
                return false;
            }
            await exchange.Writer.WriteAsync(new Restored
            {
                CloneId = restore.CloneId,
                Ok = false,
                FailedStep = "entropy",
                Error = new FunctionError("Agent.Entropy", "RNDADDENTROPY failed"),
            });
            return true;
        };
    }

    private static IEnumerable<Type> TypesOf(FakeMonitor monitor) =>
        monitor.Messages.Select(message => message.GetType());

    private static bool IsLoadOfAVersion((string Request, JsonElement Body) asked) =>
        asked.Request == "PUT /snapshot/load"
        && asked.Body.GetProperty("mem_backend").GetProperty("backend_path").GetString()!.Contains("/snapshots/");
}
