using System.Text;
using Thaw.GuestAgent.RuntimeApi;
using Thaw.GuestAgent.Tests.Fakes;
using Thaw.Protocol;

namespace Thaw.GuestAgent.Tests.Functions;

public sealed class SessionInvocationTests
{
    [Fact]
    public async Task PostResponse_OfTheRunningInvocation_IsAnswered()
    {
        using SessionBench bench = new();
        await bench.BringToRunning();
        bench.Journal.Clear();
        bench.Clock.AdvanceMs(40);

        ApiAnswer answer = bench.Session.PostResponse("r-1", "\"ok\""u8.ToArray(), 4);

        Assert.Equal(202, answer.Status);
        (InvokeDone done, ReadOnlyMemory<byte> body) = bench.Output.Take<InvokeDone>();
        Assert.True(done.Ok);
        Assert.True(done.Reusable);
        Assert.Equal("r-1", done.RequestId);
        Assert.Equal(40, done.DurationMs);
        Assert.Equal(12_345, done.MaxMemoryUsedBytes);
        Assert.Equal("\"ok\"", Encoding.UTF8.GetString(body.Span));
        Assert.Equal(["drain", "InvokeDone"], bench.Journal.Entries);
    }

    [Fact]
    public async Task NextInvocation_AfterAResponse_GetsTheNextOne()
    {
        using SessionBench bench = new();
        await bench.BringToRunning();
        bench.Session.PostResponse("r-1", default, 0);
        _ = bench.Output.Take<InvokeDone>();

        bench.Session.Invoke(SessionBench.Request("r-2"), "2"u8.ToArray());
        ApiAnswer answer = bench.Session.NextInvocation();

        Assert.Equal("r-2", answer.Invocation!.Request.RequestId);
        Assert.Equal("2", Encoding.UTF8.GetString(answer.Invocation.Event.Span));
    }

    [Fact]
    public async Task PostError_AnswersUnhandledWithTheDocument()
    {
        using SessionBench bench = new();
        await bench.BringToRunning();

        ApiAnswer answer = bench.Session.PostError(
            "r-1", """{"errorMessage":"no","errorType":"KeyError"}"""u8.ToArray(), "KeyError");

        Assert.Equal(202, answer.Status);
        (InvokeDone done, ReadOnlyMemory<byte> body) = bench.Output.Take<InvokeDone>();
        Assert.Equal(InvokeErrorKind.Unhandled, done.ErrorKind);
        Assert.Equal("KeyError", done.Error!.ErrorType);
        Assert.True(done.Reusable);
        Assert.StartsWith("{\"errorMessage\":\"no\"", Encoding.UTF8.GetString(body.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PostResponse_OneByteTooLarge_IsAnsweredInLambdasWords()
    {
        using SessionBench bench = new();
        await bench.BringToRunning();

        ApiAnswer answer = bench.Session.PostResponse("r-1", default, ProtocolLimits.PayloadSizeBytesMax + 1);

        Assert.Equal(413, answer.Status);
        Assert.Equal("RequestEntityTooLarge", answer.ErrorType);
        (InvokeDone done, ReadOnlyMemory<byte> body) = bench.Output.Take<InvokeDone>();
        Assert.Equal(InvokeErrorKind.ResponseTooLarge, done.ErrorKind);
        Assert.Equal("Function.ResponseSizeTooLarge", done.Error!.ErrorType);
        Assert.Contains("Function.ResponseSizeTooLarge", Encoding.UTF8.GetString(body.Span), StringComparison.Ordinal);
        bench.Session.Invoke(SessionBench.Request("r-2"), default);
        Assert.Equal("r-2", bench.Session.NextInvocation().Invocation!.Request.RequestId);
    }

    [Fact]
    public async Task PostResponse_OfAnotherId_IsInvalidRequestId()
    {
        using SessionBench bench = new();
        await bench.BringToRunning();

        ApiAnswer answer = bench.Session.PostResponse("r-9", default, 0);

        Assert.Equal((400, "InvalidRequestID"), (answer.Status, answer.ErrorType));
        Assert.Equal(202, bench.Session.PostResponse("r-1", default, 0).Status);
    }

    [Fact]
    public async Task PostResponse_Twice_IsInvalidStateTransition()
    {
        using SessionBench bench = new();
        await bench.BringToRunning();
        bench.Session.PostResponse("r-1", default, 0);

        ApiAnswer answer = bench.Session.PostResponse("r-1", default, 0);

        Assert.Equal((403, "InvalidStateTransition"), (answer.Status, answer.ErrorType));
        Assert.Contains(
            "from RuntimeResponseSent to InvocationResponse", answer.ErrorMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PostError_OfARuntimeThatEnds_IsNotUsedAgain(bool ends)
    {
        using SessionBench bench = new();
        await bench.BringToRunning();

        bench.Session.PostError("r-1", """{"errorType":"E","trace":["a"]}"""u8.ToArray(), type: null, ends);

        InvokeDone done = bench.Output.Take<InvokeDone>().Message;
        Assert.Equal(!ends, done.Reusable);
        Assert.Equal(["a"], done.Error!.StackTrace);
    }

    [Fact]
    public async Task Deadline_WhileRunning_KillsAndAnswersTimeout()
    {
        using SessionBench bench = new();
        await bench.BringToRunning();
        bench.Journal.Clear();

        bench.Clock.AdvanceMs(3000);
        bench.Session.ExpireIfDue();

        (InvokeDone done, ReadOnlyMemory<byte> body) = bench.Output.Take<InvokeDone>();
        Assert.Equal("kill", bench.Journal.Entries[0]);
        Assert.Equal(InvokeErrorKind.Timeout, done.ErrorKind);
        Assert.False(done.Reusable);
        Assert.Equal(
            "{\"errorType\":\"Sandbox.Timedout\","
            + "\"errorMessage\":\"RequestId: r-1 Error: Task timed out after 3.00 seconds\"}",
            Encoding.UTF8.GetString(body.Span));
        bench.Launcher.Exit("Runtime exited with error: signal: killed");
        Assert.Equal(0, bench.Output.Count);
        Assert.Equal(0, bench.Session.PostResponse("r-1", default, 0).Status);
    }

    [Fact]
    public async Task Deadline_OfAnAnsweredInvocation_DoesNothing()
    {
        using SessionBench bench = new();
        await bench.BringToRunning();
        bench.Session.PostResponse("r-1", default, 0);
        _ = bench.Output.Take<InvokeDone>();

        bench.Clock.AdvanceMs(10_000);
        bench.Session.ExpireIfDue();

        Assert.False(bench.Cgroup.IsKilled);
        Assert.Equal(0, bench.Output.Count);
    }

    [Fact]
    public async Task Deadline_OfARuntimeThatDoesNotComeBack_AnswersTimeout()
    {
        using SessionBench bench = new();
        await bench.BringToRunning();
        bench.Session.PostResponse("r-1", default, 0);
        _ = bench.Output.Take<InvokeDone>();
        bench.Session.Invoke(SessionBench.Request("r-2", timeoutMs: 50), default);

        bench.Clock.AdvanceMs(50);
        bench.Session.ExpireIfDue();

        InvokeDone done = bench.Output.Take<InvokeDone>().Message;
        Assert.Equal(("r-2", InvokeErrorKind.Timeout), (done.RequestId, done.ErrorKind));
    }

    [Fact]
    public async Task RunDeadlines_TimeComes_ActsAndEndsWithTheSession()
    {
        using SessionBench bench = new();
        await bench.BringToRunning();
        bench.Clock.AdvanceMs(3000);

        Task deadlines = Task.Run(bench.Session.RunDeadlines, TestContext.Current.CancellationToken);

        Assert.Equal(InvokeErrorKind.Timeout, bench.Output.Take<InvokeDone>().Message.ErrorKind);
        bench.Session.End();
        await deadlines.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Exit_WhileRunning_AnswersExitError()
    {
        using SessionBench bench = new();
        await bench.BringToRunning();

        bench.Launcher.Exit();

        InvokeDone done = bench.Output.Take<InvokeDone>().Message;
        Assert.Equal(InvokeErrorKind.ExitError, done.ErrorKind);
        Assert.Equal(
            "RequestId: r-1 Error: Runtime exited with error: exit status 3", done.Error!.ErrorMessage);
        Assert.False(done.Reusable);
        bench.Session.Invoke(SessionBench.Request("r-2"), default);
        Assert.Equal(InvokeErrorKind.NotReady, bench.Output.Take<InvokeDone>().Message.ErrorKind);
    }

    [Fact]
    public async Task Exit_WhileIdle_TellsTheHost()
    {
        using SessionBench bench = new();
        Task<ApiAnswer> next = bench.BringToNext();

        bench.Launcher.Exit();

        Assert.Equal("function", bench.Output.Take<Failed>().Message.Step);
        Assert.Equal(0, (await next).Status);
    }

    [Fact]
    public void Invoke_BeforeInitEnded_IsNotReady()
    {
        using SessionBench bench = new();
        bench.Session.Configure(SessionBench.Configuration());

        bench.Session.Invoke(SessionBench.Request(), default);

        Assert.Equal(InvokeErrorKind.NotReady, bench.Output.Take<InvokeDone>().Message.ErrorKind);
    }

    [Fact]
    public async Task Invoke_WhileAnotherRuns_IsNotReadyAndHarmless()
    {
        using SessionBench bench = new();
        await bench.BringToRunning();

        bench.Session.Invoke(SessionBench.Request("r-2"), default);

        Assert.Equal("r-2", bench.Output.Take<InvokeDone>().Message.RequestId);
        bench.Session.PostResponse("r-1", default, 0);
        Assert.True(bench.Output.Take<InvokeDone>().Message.Ok);
    }

    [Fact]
    public async Task NextInvocation_Newer_TakesTheOldersPlace()
    {
        using SessionBench bench = new();
        Task<ApiAnswer> older = bench.BringToNext();

        Task<ApiAnswer> newer = Task.Run(bench.Session.NextInvocation, TestContext.Current.CancellationToken);
        Assert.Equal(0, (await older).Status);
        bench.Session.Invoke(SessionBench.Request(), default);

        Assert.Equal("r-1", (await newer).Invocation!.Request.RequestId);
    }
}
