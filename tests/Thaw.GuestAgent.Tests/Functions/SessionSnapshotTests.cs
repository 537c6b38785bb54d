using Thaw.GuestAgent.Functions;
using Thaw.GuestAgent.RuntimeApi;
using Thaw.GuestAgent.Tests.Fakes;
using Thaw.Protocol;

namespace Thaw.GuestAgent.Tests.Functions;

public sealed class SessionSnapshotTests
{
    [Fact]
    public void Quiesce_InRestoreNext_SyncsFreezesWipesAndAnswers()
    {
        using SessionBench bench = new();
        _ = bench.BringToRestoreNext();
        bench.Journal.Clear();

        bench.Session.Quiesce(new Quiesce { TimeoutMs = 1000 });

        Assert.Equal(["drain", "sync", "freeze", "wipe", "Quiesced"], bench.Journal.Entries);
        Quiesced quiesced = bench.Output.Take<Quiesced>().Message;
        Assert.Equal((3, 2), (quiesced.WipedPages, quiesced.WipedFiles));
    }

    [Fact]
    public void Quiesce_WipeFails_KillsAndSaysWhy()
    {
        using SessionBench bench = new();
        _ = bench.BringToRestoreNext();
        bench.SecretWipe.Fails = true;

        bench.Session.Quiesce(new Quiesce { TimeoutMs = 1000 });

        FunctionError error = bench.Output.Take<Failed>().Message.Error;
        Assert.Equal(("WipeFailed", "the wipe was made to fail"), (error.ErrorType, error.ErrorMessage));
        Assert.True(bench.Cgroup.IsKilled);
    }

    [Fact]
    public void Quiesce_DuringInit_Fails()
    {
        using SessionBench bench = new();
        bench.Session.Configure(SessionBench.Configuration(snapStart: true));

        bench.Session.Quiesce(new Quiesce { TimeoutMs = 1000 });

        Assert.Equal("quiesce", bench.Output.Take<Failed>().Message.Step);
        Assert.DoesNotContain("freeze", bench.Journal.Entries);
    }

    [Fact]
    public async Task Quiesce_WhileRunning_Fails()
    {
        using SessionBench bench = new();
        await bench.BringToRunning();

        bench.Session.Quiesce(new Quiesce { TimeoutMs = 1000 });

        Assert.Equal("quiesce", bench.Output.Take<Failed>().Message.Step);
        Assert.False(bench.Cgroup.IsKilled);
    }

    [Fact]
    public async Task Quiesce_BeforeTheRuntimeIsBack_WaitsForIt()
    {
        using SessionBench bench = new();
        await bench.BringToRunning();
        bench.Session.PostResponse("r-1", default, 0);
        _ = bench.Output.Take<InvokeDone>();

        Task quiesce = Task.Run(
            () => bench.Session.Quiesce(new Quiesce { TimeoutMs = 20_000 }), TestContext.Current.CancellationToken);
        Task<ApiAnswer> next = Task.Run(bench.Session.NextInvocation, TestContext.Current.CancellationToken);

        await quiesce;
        _ = bench.Output.Take<Quiesced>();
        bench.Session.End();
        Assert.Equal(0, (await next).Status);
    }

    [Fact]
    public void Quiesce_FreezeFails_KillsAndFails()
    {
        using SessionBench bench = new();
        _ = bench.BringToRestoreNext();
        bench.Cgroup.FailingCall = "freeze";

        bench.Session.Quiesce(new Quiesce { TimeoutMs = 1000 });

        Assert.Equal("quiesce", bench.Output.Take<Failed>().Message.Step);
        Assert.True(bench.Cgroup.IsKilled);
    }

    [Fact]
    public async Task Restore_GoodRequest_DoesEverythingBeforeTheThaw()
    {
        using SessionBench bench = new();
        Task<ApiAnswer> restoreNext = bench.BringToFrozen();
        long received = bench.Clock.NowNs;
        bench.Clock.AdvanceMs(5);

        bench.Session.Restore(SessionBench.RestoreRequest(), received);

        Assert.Equal(200, (await restoreNext).Status);
        Assert.Equal(
            ["entropy", "clock", "identity", "generation", "thaw", "watchers"], bench.Journal.Entries);
        Assert.Equal((1ul, 10_000), (bench.CloneSystem.Generation, bench.CloneSystem.WatchersTimeoutMs));
        Assert.Equal(SessionBench.RestoreRequest().Entropy, bench.CloneSystem.Entropy);
        Assert.Equal(1_800_000_000_005_000_000, bench.CloneSystem.WallClockNs);
        Assert.Equal(("clone-1", "clone-1"), (bench.CloneSystem.CloneId, bench.CloneSystem.HostName));
        Assert.Equal(0, bench.Output.Count);
    }

    [Theory]
    [InlineData(120_000_000L, 120_000_000)]
    [InlineData(-3_000_000L, -3_000_000)]
    [InlineData(-2_000_000_000L, 0)]
    [InlineData(900_000_000_000L, 0)]
    [InlineData(null, 0)]
    public void Restore_MachineHasTheHostsClock_ItIsSetInsteadOfTheMessages(long? aheadNs, long setAheadNs)
    {
        using SessionBench bench = new();
        _ = bench.BringToFrozen();
        bench.CloneSystem.HostClockNs = 1_800_000_000_000_000_000 + aheadNs;

        bench.Session.Restore(SessionBench.RestoreRequest(), bench.Clock.NowNs);

        Assert.Equal(1_800_000_000_000_000_000 + setAheadNs, bench.CloneSystem.WallClockNs);
    }

    [Fact]
    public async Task Restore_InvokeRightBehind_IsHandedOutAfterRestored()
    {
        using SessionBench bench = new();
        Task<ApiAnswer> restoreNext = bench.BringToFrozen();
        bench.Session.Restore(SessionBench.RestoreRequest(), bench.Clock.NowNs);
        bench.Session.Invoke(SessionBench.Request(timeoutMs: 100), default);
        _ = await restoreNext;
        bench.Clock.AdvanceMs(200);
        bench.Session.ExpireIfDue();

        ApiAnswer answer = bench.Session.NextInvocation();

        Restored restored = bench.Output.Take<Restored>().Message;
        Assert.True(restored.Ok);
        Assert.Equal("clone-1", restored.CloneId);
        Assert.Equal(200_000, restored.Timings.HooksUs);
        Assert.Equal(bench.CloneSystem.WallClockNs, restored.WallClockUnixNs);
        Assert.Equal("r-1", answer.Invocation!.Request.RequestId);
        bench.Clock.AdvanceMs(99);
        bench.Session.ExpireIfDue();
        Assert.Equal(0, bench.Output.Count);
        bench.Clock.AdvanceMs(1);
        bench.Session.ExpireIfDue();
        Assert.Equal(InvokeErrorKind.Timeout, bench.Output.Take<InvokeDone>().Message.ErrorKind);
    }

    [Fact]
    public void Invoke_WhileFrozen_IsNotReadyAndThawsNothing()
    {
        using SessionBench bench = new();
        _ = bench.BringToFrozen();

        bench.Session.Invoke(SessionBench.Request(), default);

        Assert.Equal(InvokeErrorKind.NotReady, bench.Output.Take<InvokeDone>().Message.ErrorKind);
        Assert.DoesNotContain("thaw", bench.Journal.Entries);
    }

    [Theory]
    [InlineData("entropy", new[] { "entropy" })]
    [InlineData("clock", new[] { "entropy", "clock" })]
    [InlineData("identity", new[] { "entropy", "clock", "identity" })]
    [InlineData("generation", new[] { "entropy", "clock", "identity", "generation" })]
    public void Restore_StepFails_KillsWithoutThawing(string step, string[] done)
    {
        using SessionBench bench = new();
        _ = bench.BringToFrozen();
        bench.CloneSystem.FailingCall = step;

        bench.Session.Restore(SessionBench.RestoreRequest(), bench.Clock.NowNs);

        Restored restored = bench.Output.Take<Restored>().Message;
        Assert.False(restored.Ok);
        Assert.Equal(step, restored.FailedStep);
        Assert.Equal([.. done, "kill", "drain", "Restored"], bench.Journal.Entries);
    }

    [Fact]
    public void Restore_ThawFails_Kills()
    {
        using SessionBench bench = new();
        _ = bench.BringToFrozen();
        bench.Cgroup.FailingCall = "thaw";

        bench.Session.Restore(SessionBench.RestoreRequest(), bench.Clock.NowNs);

        Assert.Equal("thaw", bench.Output.Take<Restored>().Message.FailedStep);
        Assert.True(bench.Cgroup.IsKilled);
    }

    [Fact]
    public async Task Restore_WatcherDoesNotConfirm_KillsAndNeverAnswersTheRuntime()
    {
        using SessionBench bench = new();
        Task<ApiAnswer> restoreNext = bench.BringToFrozen();
        bench.CloneSystem.FailingCall = "watchers";

        bench.Session.Restore(SessionBench.RestoreRequest(), bench.Clock.NowNs);

        Assert.Equal("watchers", bench.Output.Take<Restored>().Message.FailedStep);
        Assert.True(bench.Cgroup.IsKilled);
        bench.Session.End();
        Assert.Equal(0, (await restoreNext).Status);
    }

    public static TheoryData<string> BadRestores() =>
        ["version", "entropy short", "entropy long", "generation", "clock", "limit", "clone id", "host name"];

    [Theory]
    [MemberData(nameof(BadRestores))]
    public void Restore_BadRequest_IsRefusedAndNothingIsDone(string which)
    {
        using SessionBench bench = new();
        _ = bench.BringToFrozen();
        Restore good = SessionBench.RestoreRequest();

        bench.Session.Restore(
            which switch
            {
                "version" => good with { ProtocolVersion = ProtocolLimits.Version + 1 },
                "entropy short" => good with { Entropy = new byte[31] },
                "entropy long" => good with { Entropy = new byte[257] },
                "generation" => good with { Generation = 0 },
                "clock" => good with { WallClockUnixNs = 0 },
                "limit" => good with { RestoreTimeoutMs = 0 },
                "clone id" => good with { CloneId = "a\nb" },
                _ => good with { Hostname = new string('a', 65) },
            },
            bench.Clock.NowNs);

        Restored restored = bench.Output.Take<Restored>().Message;
        Assert.Equal((false, "validate"), (restored.Ok, restored.FailedStep));
        Assert.Equal(["Restored"], bench.Journal.Entries);
        Assert.Equal(RuntimeState.RestoreReady, bench.Session.State);
    }

    [Fact]
    public async Task Restore_OfARunningFunction_IsRefused()
    {
        using SessionBench bench = new();
        await bench.BringToRunning();
        bench.Journal.Clear();

        bench.Session.Restore(SessionBench.RestoreRequest(), bench.Clock.NowNs);

        Assert.Equal("validate", bench.Output.Take<Restored>().Message.FailedStep);
        Assert.Equal(["Restored"], bench.Journal.Entries);
    }

    [Fact]
    public async Task Restore_OfACloneOfAClone_NeedsAGreaterGeneration()
    {
        using SessionBench bench = new();
        Task<ApiAnswer> restoreNext = bench.BringToFrozen();
        bench.Session.Restore(SessionBench.RestoreRequest(generation: 7), bench.Clock.NowNs);
        _ = await restoreNext;
        Task<ApiAnswer> next = Task.Run(bench.Session.NextInvocation, TestContext.Current.CancellationToken);
        Assert.True(bench.Output.Take<Restored>().Message.Ok);
        bench.Session.Quiesce(new Quiesce { TimeoutMs = 1000 });
        _ = bench.Output.Take<Quiesced>();

        bench.Session.Restore(SessionBench.RestoreRequest(generation: 7), bench.Clock.NowNs);
        Assert.False(bench.Output.Take<Restored>().Message.Ok);
        bench.Session.Restore(SessionBench.RestoreRequest(generation: 8), bench.Clock.NowNs);

        Assert.True(bench.Output.Take<Restored>().Message.Ok);
        bench.Session.Invoke(SessionBench.Request(), default);
        Assert.Equal("r-1", (await next).Invocation!.Request.RequestId);
    }

    [Fact]
    public async Task RestoreError_KillsAndAnswers()
    {
        using SessionBench bench = new();
        Task<ApiAnswer> restoreNext = bench.BringToFrozen();
        bench.Session.Restore(SessionBench.RestoreRequest(), bench.Clock.NowNs);
        _ = await restoreNext;
        bench.Session.Invoke(SessionBench.Request(), default);

        ApiAnswer answer = bench.Session.PostRestoreError(
            """{"errorMessage":"no","errorType":"Runtime.AfterRestoreError"}"""u8.ToArray(), type: null);

        Assert.Equal(202, answer.Status);
        Restored restored = bench.Output.Take<Restored>().Message;
        Assert.Equal((false, "hooks"), (restored.Ok, restored.FailedStep));
        Assert.Equal("Runtime.AfterRestoreError", restored.Error!.ErrorType);
        Assert.Equal(InvokeErrorKind.NotReady, bench.Output.Take<InvokeDone>().Message.ErrorKind);
        Assert.True(bench.Cgroup.IsKilled);
    }

    [Fact]
    public async Task Deadline_DuringHooks_KillsAndAnswers()
    {
        using SessionBench bench = new();
        Task<ApiAnswer> restoreNext = bench.BringToFrozen();
        bench.Session.Restore(SessionBench.RestoreRequest(), bench.Clock.NowNs);
        _ = await restoreNext;

        bench.Clock.AdvanceMs(10_000);
        bench.Session.ExpireIfDue();

        Restored restored = bench.Output.Take<Restored>().Message;
        Assert.Equal((false, "hooks"), (restored.Ok, restored.FailedStep));
        Assert.Equal("Sandbox.Timedout", restored.Error!.ErrorType);
        Assert.True(bench.Cgroup.IsKilled);
    }

    [Fact]
    public async Task Exit_DuringHooks_Answers()
    {
        using SessionBench bench = new();
        Task<ApiAnswer> restoreNext = bench.BringToFrozen();
        bench.Session.Restore(SessionBench.RestoreRequest(), bench.Clock.NowNs);
        _ = await restoreNext;

        bench.Launcher.Exit();

        Assert.Equal("Runtime.ExitError", bench.Output.Take<Restored>().Message.Error!.ErrorType);
    }

    [Fact]
    public void Quiesce_WithoutAFunction_PreparesABootSnapshot()
    {
        using SessionBench bench = new();

        bench.Session.Quiesce(new Quiesce { TimeoutMs = 1000 });
        bench.Session.Restore(SessionBench.RestoreRequest(), bench.Clock.NowNs);

        _ = bench.Output.Take<Quiesced>();
        Assert.True(bench.Output.Take<Restored>().Message.Ok);
        Assert.DoesNotContain("freeze", bench.Journal.Entries);
        bench.Session.Configure(SessionBench.Configuration());
        Assert.NotNull(bench.Launcher.Started);
    }
}
