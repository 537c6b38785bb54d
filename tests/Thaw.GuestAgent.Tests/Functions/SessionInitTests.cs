using System.Text;
using Thaw.GuestAgent.Configuration;
using Thaw.GuestAgent.Functions;
using Thaw.GuestAgent.Packages;
using Thaw.GuestAgent.RuntimeApi;
using Thaw.GuestAgent.Tests.Fakes;
using Thaw.Protocol;

namespace Thaw.GuestAgent.Tests.Functions;

public sealed class SessionInitTests
{
    [Fact]
    public void Configure_GoodFunction_IsUnpackedLimitedAndStarted()
    {
        using SessionBench bench = new();

        bench.Session.Configure(SessionBench.Configuration());

        Assert.Equal(("/dev/vda", 1000L), bench.Package.Unpacked);
        Assert.Equal(128L * 1024 * 1024, bench.Cgroup.MemoryLimitBytes);
        Assert.Equal(["/usr/bin/python3.13", "/var/runtime/bootstrap.py"], bench.Launcher.Started!.Arguments);
        Assert.Contains("GREETING=hi", bench.Launcher.Started.Environment);
        Assert.Equal(0, bench.Output.Count);
    }

    [Fact]
    public async Task NextInvocation_First_AnswersInit()
    {
        using SessionBench bench = new();
        bench.Session.Configure(SessionBench.Configuration());
        bench.Clock.AdvanceMs(250);

        Task<ApiAnswer> next = Task.Run(bench.Session.NextInvocation, TestContext.Current.CancellationToken);

        InitDone done = bench.Output.Take<InitDone>().Message;
        Assert.True(done.Ok);
        Assert.Equal(250, done.DurationMs);
        bench.Session.End();
        Assert.Equal(0, (await next).Status);
    }

    [Fact]
    public void PostInitError_AnswersInitWithTheDocument()
    {
        using SessionBench bench = new();
        bench.Session.Configure(SessionBench.Configuration());
        byte[] document = Encoding.UTF8.GetBytes(
            """{"errorMessage":"boom","errorType":"ValueError","stackTrace":["  File \"app.py\"\n", 7]}""");

        ApiAnswer answer = bench.Session.PostInitError(document, type: null);

        Assert.Equal(202, answer.Status);
        (InitDone done, ReadOnlyMemory<byte> body) = bench.Output.Take<InitDone>();
        Assert.False(done.Ok);
        Assert.Equal("ValueError", done.Error!.ErrorType);
        Assert.Equal("boom", done.Error.ErrorMessage);
        Assert.Equal(["  File \"app.py\"\n", "7"], done.Error.StackTrace);
        Assert.Equal(document, body.ToArray());
        bench.Launcher.Exit();
        Assert.Equal(0, bench.Output.Count);
    }

    [Fact]
    public void PostInitError_NotJson_IsReportedWithTheHeaderType()
    {
        using SessionBench bench = new();
        bench.Session.Configure(SessionBench.Configuration());

        bench.Session.PostInitError("so what"u8.ToArray(), "Runtime.Custom");

        Assert.Equal("Runtime.Custom", bench.Output.Take<InitDone>().Message.Error!.ErrorType);
    }

    [Fact]
    public void Deadline_DuringInit_KillsAndAnswersTimedOut()
    {
        using SessionBench bench = new();
        bench.Session.Configure(SessionBench.Configuration());

        bench.Clock.AdvanceMs(9_999);
        bench.Session.ExpireIfDue();
        Assert.False(bench.Cgroup.IsKilled);
        bench.Clock.AdvanceMs(1);
        bench.Session.ExpireIfDue();

        InitDone done = bench.Output.Take<InitDone>().Message;
        Assert.True(bench.Cgroup.IsKilled);
        Assert.Equal("Sandbox.Timedout", done.Error!.ErrorType);
        Assert.Equal("Error: Task timed out after 10.00 seconds", done.Error.ErrorMessage);
        Assert.Equal(0, bench.Session.NextInvocation().Status);
    }

    [Fact]
    public void Exit_DuringInit_AnswersExitError()
    {
        using SessionBench bench = new();
        bench.Session.Configure(SessionBench.Configuration());

        bench.Launcher.Exit();

        InitDone done = bench.Output.Take<InitDone>().Message;
        Assert.Equal("Runtime.ExitError", done.Error!.ErrorType);
        Assert.Equal("Error: Runtime exited with error: exit status 3", done.Error.ErrorMessage);
    }

    [Fact]
    public void Configure_BadPackage_AnswersInitAndStartsNothing()
    {
        using SessionBench bench = new();
        bench.Package.Failure = new PackageException("The package is damaged", "a/b");

        bench.Session.Configure(SessionBench.Configuration());

        (InitDone done, ReadOnlyMemory<byte> body) = bench.Output.Take<InitDone>();
        Assert.Equal("Runtime.InvalidPackage", done.Error!.ErrorType);
        Assert.Contains("\"a/b\"", done.Error.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("Runtime.InvalidPackage", Encoding.UTF8.GetString(body.Span), StringComparison.Ordinal);
        Assert.Null(bench.Launcher.Started);
    }

    [Fact]
    public void Configure_ProgramMissing_AnswersInvalidEntrypoint()
    {
        using SessionBench bench = new();
        bench.Launcher.Failure = new LaunchException("execve /var/task/bootstrap failed: ENOENT (2)");

        bench.Session.Configure(SessionBench.Configuration());

        Assert.Equal("Runtime.InvalidEntrypoint", bench.Output.Take<InitDone>().Message.Error!.ErrorType);
    }

    [Theory]
    [InlineData("AWS_REGION", "x", "reserved")]
    [InlineData("_HANDLER", "x", "reserved")]
    [InlineData("1A", "x", "name")]
    [InlineData("A=B", "x", "name")]
    [InlineData("", "x", "name")]
    [InlineData("A", "b\0c", "zero")]
    public void Configure_BadVariable_IsRefused(string name, string value, string reason)
    {
        using SessionBench bench = new();

        bench.Session.Configure(SessionBench.Configuration() with
        {
            Environment = new Dictionary<string, string> { [name] = value },
        });

        FunctionError error = bench.Output.Take<InitDone>().Message.Error!;
        Assert.Equal("InvalidParameterValueException", error.ErrorType);
        Assert.Contains(reason, error.ErrorMessage, StringComparison.Ordinal);
    }

    public static TheoryData<string> BadConfigurations() => ["version", "device", "memory", "code", "timeout", "name"];

    [Theory]
    [MemberData(nameof(BadConfigurations))]
    public void Configure_BadValue_IsRefused(string which)
    {
        using SessionBench bench = new();
        Configure good = SessionBench.Configuration();

        bench.Session.Configure(which switch
        {
            "version" => good with { ProtocolVersion = ProtocolLimits.Version + 1 },
            "device" => good with { CodeDevice = "/dev/../etc/shadow" },
            "memory" => good with { MemorySizeMb = 0 },
            "code" => good with { CodeSizeBytes = 0 },
            "timeout" => good with { InitTimeoutMs = -1 },
            _ => good with { FunctionName = "a\nb" },
        });

        Assert.Equal("InvalidParameterValueException", bench.Output.Take<InitDone>().Message.Error!.ErrorType);
        Assert.Null(bench.Package.Unpacked);
    }

    [Fact]
    public void Configure_Twice_Fails()
    {
        using SessionBench bench = new();
        bench.Session.Configure(SessionBench.Configuration());

        bench.Session.Configure(SessionBench.Configuration());

        Assert.Equal("configure", bench.Output.Take<Failed>().Message.Step);
    }

    [Fact]
    public void Start_OnDemand_HasLambdasVariables()
    {
        Configure configuration = SessionBench.Configuration() with
        {
            LogGroup = "/aws/lambda/hello",
            Environment = new Dictionary<string, string> { ["TZ"] = "Europe/Zurich" },
        };

        FunctionStart start = FunctionEnvironment.Start(configuration, "127.0.0.1:9001", FunctionEnvironment.TaskRoot);

        string[] expected =
        [
            "_HANDLER=app.handler", "AWS_LAMBDA_RUNTIME_API=127.0.0.1:9001", "LAMBDA_TASK_ROOT=/var/task",
            "LAMBDA_RUNTIME_DIR=/var/runtime", "AWS_LAMBDA_FUNCTION_NAME=hello", "AWS_LAMBDA_FUNCTION_VERSION=1",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=128", "AWS_LAMBDA_INITIALIZATION_TYPE=on-demand", "TZ=Europe/Zurich",
            "AWS_LAMBDA_LOG_GROUP_NAME=/aws/lambda/hello", "AWS_REGION=us-east-1",
        ];
        Assert.Subset(start.Environment.ToHashSet(), expected.ToHashSet());
        Assert.Equal("/var/task", start.Directory);
    }

    [Fact]
    public void Start_ForASnapshot_HasNoLogStream_ForAllClonesWouldHaveTheSame()
    {
        Configure configuration = SessionBench.Configuration(snapStart: true) with
        {
            LogGroup = "/aws/lambda/hello",
            LogStream = "2026/11/22/[1]0123456789abcdef",
        };

        FunctionStart start = FunctionEnvironment.Start(
            configuration, "127.0.0.1:9001", FunctionEnvironment.TaskRoot);

        Assert.DoesNotContain(
            start.Environment, variable => variable.StartsWith("AWS_LAMBDA_LOG_", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("provided.al2023", "/var/task/bootstrap")]
    [InlineData("ruby3.4", "/var/runtime/bootstrap")]
    [InlineData("python3.13/../x", "/var/runtime/bootstrap")]
    public void Start_OtherRuntime_IsItsBootstrap(string runtime, string program)
    {
        FunctionStart start =
            FunctionEnvironment.Start(
                SessionBench.Configuration(true) with { Runtime = runtime }, "127.0.0.1:9001",
                FunctionEnvironment.TaskRoot);

        Assert.Equal([program], start.Arguments);
        Assert.Contains("AWS_LAMBDA_INITIALIZATION_TYPE=snap-start", start.Environment);
    }

    [Fact]
    public void Start_Node_LoadsWhatMakesClonesUniqueFirst()
    {
        Configure configuration = SessionBench.Configuration(true) with
        {
            Runtime = "nodejs20.x",
            Environment = new Dictionary<string, string> { ["NODE_OPTIONS"] = "--require ./tracing.js" },
        };

        FunctionStart start = FunctionEnvironment.Start(
            configuration, "127.0.0.1:9001", FunctionEnvironment.TaskRoot);

        Assert.Equal(["/usr/bin/node", "/var/runtime/bootstrap.cjs"], start.Arguments);
        Assert.Contains("NODE_OPTIONS=--require=/var/runtime/unique.cjs --require ./tracing.js", start.Environment);
    }

    [Fact]
    public void Start_Dotnet_LetsTheFunctionHaveItsOwnSettings()
    {
        Configure configuration = SessionBench.Configuration(true) with
        {
            Runtime = "dotnet10",
            Environment = new Dictionary<string, string> { ["DOTNET_EnableDiagnostics"] = "1" },
        };

        FunctionStart start = FunctionEnvironment.Start(
            configuration, "127.0.0.1:9001", FunctionEnvironment.TaskRoot);
        FunctionStart prepared = FunctionEnvironment.Preparation(
            "dotnet10", "127.0.0.1:9001", FunctionEnvironment.TaskRoot)!;

        Assert.Equal(["/usr/share/dotnet/dotnet", "/var/runtime/Thaw.FunctionRuntime.dll"], start.Arguments);
        Assert.Equal(start.Arguments, prepared.Arguments);
        Assert.Contains("DOTNET_EnableDiagnostics=1", start.Environment);
        Assert.Contains("DOTNET_EnableDiagnostics=0", prepared.Environment);
    }

    [Theory]
    [InlineData("NODE_OPTIONS", false)]
    [InlineData("UV_THREADPOOL_SIZE", false)]
    [InlineData("DOTNET_TieredCompilation", false)]
    [InlineData("NODE_ENV", true)]
    [InlineData("TZ", true)]
    public void SuitsStarted_OnlyWithoutVariablesThatAreReadAtTheStart(string variable, bool suits) =>
        Assert.Equal(
            suits, FunctionEnvironment.SuitsStarted(new Dictionary<string, string> { [variable] = "value" }));
}
