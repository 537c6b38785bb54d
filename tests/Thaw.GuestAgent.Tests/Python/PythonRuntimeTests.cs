using System.Text.Json;
using Thaw.GuestAgent.Tests.Fakes;
using Thaw.GuestAgent.Tests.Runtimes;
using Thaw.Protocol;

namespace Thaw.GuestAgent.Tests.Python;

/// <summary>The Python runtime client in a real process, against the real Runtime API.</summary>
public sealed class PythonRuntimeTests
{
    [Fact]
    public void Handler_Returns_IsAnsweredWithItsContext()
    {
        using LiveFunction function = new();
        function.Start("""
            import os
            def handler(event, context):
                return [event, context.aws_request_id, context.function_name, context.function_version,
                    context.memory_limit_in_mb, context.invoked_function_arn.split(":")[-2],
                    context.get_remaining_time_in_millis() > 0, context.client_context.custom,
                    context.identity.cognito_identity_id, os.environ["GREETING"], os.environ["_X_AMZN_TRACE_ID"],
                    os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"]]
            """);
        Assert.True(function.Init().Done.Ok);

        (InvokeDone done, string body) = function.Invoke("""{"é":[1,2.5,null]}""", SessionBench.Request() with
        {
            DeadlineUnixMs = long.MaxValue / 1_000_000,
            TraceId = "Root=1",
            ClientContext = """{"custom":{"k":"v"},"client":{"app_title":"t"}}""",
            CognitoIdentity = """{"cognitoIdentityId":"id-1"}""",
        });

        Assert.True(done.Ok, body);
        Assert.Equal(
            """[{"é": [1, 2.5, null]}, "r-1", "hello", "1", "128", "hello", true, {"k": "v"}, "id-1", "hi", """
            + "\"Root=1\", \"on-demand\"]",
            body);
    }

    [Fact]
    public void Handler_Raises_IsAnsweredInLambdasShape()
    {
        using LiveFunction function = new();
        function.Start("""
            class Custom(Exception): pass
            def inner(): raise Custom("so nicht")
            def handler(event, context): inner()
            """);
        Assert.True(function.Init().Done.Ok);

        (InvokeDone done, string body) = function.Invoke();

        Assert.Equal((false, InvokeErrorKind.Unhandled, true), (done.Ok, done.ErrorKind, done.Reusable));
        using JsonDocument json = JsonDocument.Parse(body);
        Assert.Equal("Custom", json.RootElement.GetProperty("errorType").GetString());
        Assert.Equal("so nicht", json.RootElement.GetProperty("errorMessage").GetString());
        Assert.Equal("r-1", json.RootElement.GetProperty("requestId").GetString());
        string[] stack = [.. json.RootElement.GetProperty("stackTrace").EnumerateArray().Select(e => e.GetString()!)];
        Assert.Equal(2, stack.Length);
        Assert.All(stack, line => Assert.Contains("app.py", line, StringComparison.Ordinal));
        Assert.Contains("[ERROR] Custom: so nicht", function.Log, StringComparison.Ordinal);
        Assert.False(function.Invoke().Done.Ok);
    }

    [Theory]
    [InlineData("import nothing_like_this", "Runtime.ImportModuleError")]
    [InlineData("def handler(:", "Runtime.UserCodeSyntaxError")]
    [InlineData("x = 1", "Runtime.HandlerNotFound")]
    [InlineData("handler = 1", "Runtime.HandlerNotFound")]
    [InlineData("raise ValueError('in init')", "ValueError")]
    public void Init_Fails_IsAnsweredInLambdasWords(string source, string errorType)
    {
        using LiveFunction function = new();
        function.Start(source);

        (InitDone done, string body) = function.Init();

        Assert.False(done.Ok);
        Assert.Equal(errorType, done.Error!.ErrorType);
        using JsonDocument json = JsonDocument.Parse(body);
        Assert.Equal(errorType, json.RootElement.GetProperty("errorType").GetString());
        Assert.Contains($"[ERROR] {errorType}", function.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Init_HandlerWithoutModule_IsMalformed()
    {
        using LiveFunction function = new();
        function.Start("", change: configuration => configuration with { Handler = "handler" });

        Assert.Equal("Runtime.MalformedHandlerName", function.Init().Done.Error!.ErrorType);
    }

    [Fact]
    public void Init_HandlerInAFolder_IsFound()
    {
        using LiveFunction function = new();
        _ = Directory.CreateDirectory(Path.Combine(function.TaskRoot, "sub"));
        File.WriteAllText(Path.Combine(function.TaskRoot, "sub/mod.py"), "def go(event, context): return 7");
        function.Start("", change: configuration => configuration with { Handler = "sub/mod.go" });

        Assert.True(function.Init().Done.Ok);
        Assert.Equal("7", function.Invoke().Body);
    }

    [Theory]
    [InlineData("import sys; sys.exit(5)", "Error: Runtime exited with error: exit status 5")]
    [InlineData("import os; os._exit(0)", "Error: Runtime exited without providing a reason")]
    [InlineData("import os; os.kill(os.getpid(), 9)", "Error: Runtime exited with error: signal: killed")]
    [InlineData("import os; os.abort()", "Error: Runtime exited with error: signal: aborted")]
    public void Init_ProcessEnds_IsAnsweredExitError(string source, string message)
    {
        using LiveFunction function = new();
        function.Start("print('last words')\n" + source);

        InitDone done = function.Init().Done;

        Assert.Equal(("Runtime.ExitError", message), (done.Error!.ErrorType, done.Error.ErrorMessage));
        Assert.Contains("last words", function.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Init_RunsTooLong_IsKilled()
    {
        using LiveFunction function = new();
        function.Start(
            "import threading\nthreading.Event().wait()", change: c => c with { InitTimeoutMs = 300 });

        InitDone done = function.Init().Done;

        Assert.Equal("Error: Task timed out after 0.30 seconds", done.Error!.ErrorMessage);
    }

    [Theory]
    [InlineData("import os; os._exit(4)", "RequestId: r-1 Error: Runtime exited with error: exit status 4")]
    [InlineData("import sys; sys.exit(1)", "RequestId: r-1 Error: Runtime exited with error: exit status 1")]
    public void Handler_EndsTheProcess_IsAnsweredExitError(string statement, string message)
    {
        using LiveFunction function = new();
        function.Start($"def handler(event, context):\n    {statement}");
        Assert.True(function.Init().Done.Ok);

        InvokeDone done = function.Invoke().Done;

        Assert.Equal((InvokeErrorKind.ExitError, message), (done.ErrorKind, done.Error!.ErrorMessage));
        Assert.False(done.Reusable);
    }

    [Fact]
    public void Handler_RunsTooLong_IsKilledWithItsOutputKept()
    {
        using LiveFunction function = new();
        function.Start("""
            import threading
            def handler(event, context):
                print("before the end")
                threading.Event().wait()
            """);
        Assert.True(function.Init().Done.Ok);

        InvokeDone done = function.Invoke(request: SessionBench.Request(timeoutMs: 300)).Done;

        Assert.Equal((InvokeErrorKind.Timeout, false), (done.ErrorKind, done.Reusable));
        Assert.Contains("before the end", function.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-2, true)]
    [InlineData(-1, false)]
    public void Handler_ResponseAroundTheLimit_IsTakenOrRefused(int beyond, bool ok)
    {
        using LiveFunction function = new();
        function.Start("def handler(event, context): return 'x' * event");
        Assert.True(function.Init().Done.Ok);

        // The quotes around the text make two more bytes.
        InvokeDone done = function.Invoke($"{ProtocolLimits.PayloadSizeBytesMax + beyond}").Done;

        Assert.Equal(ok, done.Ok);
        Assert.Equal(ok ? null : InvokeErrorKind.ResponseTooLarge, done.ErrorKind);
        Assert.Equal("\"x\"", function.Invoke("1").Body);
    }

    [Theory]
    [InlineData("return {1, 2}", "{}", "Runtime.MarshalError")]
    [InlineData("return float('nan')", "{}", "Runtime.MarshalError")]
    [InlineData("return 1", "{not json", "Runtime.UnmarshalError")]
    public void Handler_WhatIsNotJson_IsAnError(string statement, string payload, string errorType)
    {
        using LiveFunction function = new();
        function.Start($"def handler(event, context): {statement}");
        Assert.True(function.Init().Done.Ok);

        Assert.Equal(errorType, function.Invoke(payload).Done.Error!.ErrorType);
    }

    [Fact]
    public void Handler_Logs_AreThereBeforeTheAnswer()
    {
        using LiveFunction function = new();
        function.Start("""
            import logging, sys
            logging.getLogger().setLevel("INFO")
            def handler(event, context):
                print("plain", end="")
                sys.stderr.write("err")
                logging.info("logged %d", 1)
            """);
        Assert.True(function.Init().Done.Ok);

        Assert.Equal("null", function.Invoke().Body);

        Assert.Contains("plain", function.Log, StringComparison.Ordinal);
        Assert.Contains("err", function.Log, StringComparison.Ordinal);
        Assert.Matches(@"\[INFO\]\t[0-9T:.-]+Z\tr-1\tlogged 1\n", function.Log);
    }

    [Fact]
    public void CustomRuntime_WithoutBootstrap_IsInvalidEntrypoint()
    {
        using LiveFunction function = new();
        function.Start("", change: configuration => configuration with { Runtime = "provided.al2023" });

        InitDone done = function.Init().Done;

        Assert.Equal("Runtime.InvalidEntrypoint", done.Error!.ErrorType);
        Assert.Contains("ENOENT", done.Error.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void CustomRuntime_Bootstrap_TakesTheLimitsAndTheEnvironment()
    {
        using LiveFunction function = new();
        string bootstrap = Path.Combine(function.TaskRoot, "bootstrap");
        File.WriteAllText(
            bootstrap, "#!/bin/sh\necho \"$GREETING $HOME $0\"; ls /proc/self/fd | tr '\\n' ' '; exit 9\n");
        File.SetUnixFileMode(bootstrap, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        function.Start("", change: configuration => configuration with { Runtime = "provided.al2023" });

        Assert.Equal("Error: Runtime exited with error: exit status 9", function.Init().Done.Error!.ErrorMessage);

        // ls has the three standard descriptors, and one for the directory that it lists.
        Assert.Equal($"hi /tmp {bootstrap}\n0 1 2 3 ", function.Log);
    }
}
