using System.Text;
using Thaw.GuestAgent.Functions;
using Thaw.GuestAgent.RuntimeApi;
using Thaw.GuestAgent.Tests.Fakes;
using Thaw.Protocol;

namespace Thaw.GuestAgent.Tests.Functions;

/// <summary>Runtimes that are started before their function is known.</summary>
public sealed class SessionPreparationTests
{
    [Fact]
    public async Task Prepare_ThenConfigure_GivesTheWaitingRuntimeItsFunction()
    {
        using SessionBench bench = new();
        Task<ApiAnswer> start = Prepare(bench);
        Assert.Contains("THAW_RUNTIME_PREPARE=1", bench.Launcher.Started!.Environment);

        bench.Session.Configure(SessionBench.Configuration(snapStart: true));

        ApiAnswer answer = await start;
        string[] environment = Encoding.UTF8.GetString(answer.Content.Span).Split('\0');
        Assert.Equal(200, answer.Status);
        Assert.Equal("", environment[^1]);
        Assert.Contains("_HANDLER=app.handler", environment);
        Assert.Contains("GREETING=hi", environment);
        Assert.Contains("AWS_LAMBDA_INITIALIZATION_TYPE=snap-start", environment);
        Assert.DoesNotContain(environment, item => item.StartsWith("THAW_", StringComparison.Ordinal));
        Assert.Equal(1, bench.Launcher.Count);

        // From here on it is as any other: /restore/next ends init.
        _ = Task.Run(bench.Session.RestoreNext, TestContext.Current.CancellationToken);
        Assert.True(bench.Output.Take<InitDone>().Message.Ok);
    }

    [Fact]
    public async Task Prepare_QuiesceAndRestore_FreezesAndThawsIt()
    {
        using SessionBench bench = new();
        Task<ApiAnswer> start = Prepare(bench);
        bench.Journal.Clear();

        bench.Session.Quiesce(new Quiesce { TimeoutMs = 1000 });
        _ = bench.Output.Take<Quiesced>();
        Assert.Contains("freeze", bench.Journal.Entries);
        bench.Session.Restore(SessionBench.RestoreRequest(), receivedNs: 0);

        Assert.True(bench.Output.Take<Restored>().Message.Ok);
        Assert.Contains("thaw", bench.Journal.Entries);
        Assert.False(start.IsCompleted);
        bench.Session.Configure(SessionBench.Configuration(snapStart: true));
        Assert.Equal(200, (await start).Status);
    }

    [Theory]
    [InlineData("PYTHONPATH")]
    [InlineData("LD_PRELOAD")]
    [InlineData("LANG")]
    public async Task Configure_WithAVariableThatIsReadAtTheStart_StartsAnotherRuntime(string variable)
    {
        using SessionBench bench = new();
        Task<ApiAnswer> start = Prepare(bench);

        bench.Session.Configure(SessionBench.Configuration() with
        {
            Environment = new Dictionary<string, string> { [variable] = "value" },
        });

        Assert.Equal(ApiAnswer.Closed, await start);
        Assert.True(bench.Cgroup.IsKilled);
        Assert.Equal(2, bench.Launcher.Count);
        Assert.Contains($"{variable}=value", bench.Launcher.Started!.Environment);

        // The end of the one that was given up is not the function's.
        bench.Launcher.ExitFirst();
        _ = Task.Run(bench.Session.NextInvocation, TestContext.Current.CancellationToken);
        Assert.True(bench.Output.Take<InitDone>().Message.Ok);
    }

    [Fact]
    public async Task Configure_OfAnotherRuntime_StartsThat()
    {
        using SessionBench bench = new();
        Task<ApiAnswer> start = Prepare(bench);

        bench.Session.Configure(SessionBench.Configuration() with { Runtime = "python3.12" });

        Assert.Equal(ApiAnswer.Closed, await start);
        Assert.Equal("/usr/bin/python3.12", bench.Launcher.Started!.Arguments[0]);
    }

    [Fact]
    public void Prepare_OfARuntimeThatNeedsItsFunction_SaysSoAndStartsNothing()
    {
        using SessionBench bench = new();

        bench.Session.Prepare(SessionBench.Preparation("provided.al2023"));

        Assert.Equal(Prepared.NotPreparable, bench.Output.Take<Prepared>().Message.Error!.ErrorType);
        Assert.Null(bench.Launcher.Started);
        bench.Session.Configure(SessionBench.Configuration());
        Assert.NotNull(bench.Launcher.Started);
    }

    [Fact]
    public void Prepare_RuntimeEnds_SaysHow()
    {
        using SessionBench bench = new();
        bench.Session.Prepare(SessionBench.Preparation());

        bench.Launcher.Exit();

        Prepared prepared = bench.Output.Take<Prepared>().Message;
        Assert.False(prepared.Ok);
        Assert.Contains("exit status 3", prepared.Error!.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepare_TakesTooLong_IsKilled()
    {
        using SessionBench bench = new();
        bench.Session.Prepare(SessionBench.Preparation());

        bench.Clock.AdvanceMs(10_001);
        bench.Session.ExpireIfDue();

        Assert.False(bench.Output.Take<Prepared>().Message.Ok);
        Assert.True(bench.Cgroup.IsKilled);
    }

    [Fact]
    public void Prepare_ProgramIsMissing_SaysSo()
    {
        using SessionBench bench = new();
        bench.Launcher.Failure = new LaunchException("no such file");

        bench.Session.Prepare(SessionBench.Preparation());

        Assert.Equal("no such file", bench.Output.Take<Prepared>().Message.Error!.ErrorMessage);
    }

    [Fact]
    public async Task Prepare_Twice_Fails()
    {
        using SessionBench bench = new();
        Task<ApiAnswer> start = Prepare(bench);

        bench.Session.Prepare(SessionBench.Preparation());

        Assert.Equal("prepare", bench.Output.Take<Failed>().Message.Step);
        Assert.False(start.IsCompleted);
        bench.Session.End();
        Assert.Equal(ApiAnswer.Closed, await start);
    }

    [Fact]
    public void Prepare_OfAnotherProtocolVersion_Fails()
    {
        using SessionBench bench = new();

        bench.Session.Prepare(SessionBench.Preparation() with { ProtocolVersion = ProtocolLimits.Version + 1 });

        Assert.Contains(
            "protocol version", bench.Output.Take<Failed>().Message.Error.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartNext_OfARunningFunction_IsRefused()
    {
        using SessionBench bench = new();
        await bench.BringToRunning();

        Assert.Equal(403, bench.Session.StartNext().Status);
    }

    [Fact]
    public void StartNext_BeforeAnything_IsClosed()
    {
        using SessionBench bench = new();

        Assert.Equal(ApiAnswer.Closed, bench.Session.StartNext());
    }

    private static Task<ApiAnswer> Prepare(SessionBench bench)
    {
        bench.Session.Prepare(SessionBench.Preparation());
        Task<ApiAnswer> start = Task.Run(bench.Session.StartNext);
        Assert.True(bench.Output.Take<Prepared>().Message.Ok);
        return start;
    }
}
