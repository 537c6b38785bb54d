using System.Text.Json;
using Thaw.GuestAgent.Tests.Runtimes;
using Thaw.Protocol;

namespace Thaw.GuestAgent.Tests.Python;

/// <summary>The Python runtime, started before its function is known.</summary>
public sealed class PythonPreparationTests
{
    [Fact]
    public void Prepared_BecomesTheFunctionWithItsOwnEnvironment()
    {
        using LiveFunction function = new();
        Prepared prepared = function.Prepare();
        Assert.True(prepared.Ok, prepared.Error?.ErrorMessage);
        Assert.True(function.Clone(generation: 1).Ok);

        function.Start(
            """
            import os, time
            print("init of", os.environ["AWS_LAMBDA_FUNCTION_NAME"])
            zone = time.localtime(0).tm_hour
            def handler(event, context):
                return {"greeting": os.environ["GREETING"], "name": context.function_name, "zone": zone,
                        "task": os.environ["LAMBDA_TASK_ROOT"], "thaw": [n for n in os.environ if n.startswith("THAW")]}
            """,
            snapStart: true,
            configure => configure with
            {
                Environment = new Dictionary<string, string> { ["GREETING"] = "grüß", ["TZ"] = "EET-2" },
            });

        (InitDone done, string error) = function.Init();
        Assert.True(done.Ok, error);
        Assert.True(function.Clone(generation: 2).Ok);
        JsonElement answer = JsonDocument.Parse(function.Invoke().Body).RootElement;
        Assert.Equal("grüß", answer.GetProperty("greeting").GetString());
        Assert.Equal("hello", answer.GetProperty("name").GetString());
        Assert.Equal(2, answer.GetProperty("zone").GetInt32());
        Assert.Equal(function.TaskRoot, answer.GetProperty("task").GetString());
        Assert.Empty(answer.GetProperty("thaw").EnumerateArray());
        Assert.Contains("init of hello", function.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepared_ButTheFunctionNeedsItsOwnInterpreter_GetsOne()
    {
        using LiveFunction function = new();
        Assert.True(function.Prepare().Ok);

        function.Start(
            "import sys\ndef handler(event, context): return sys.flags.optimize",
            change: configure => configure with
            {
                Environment = new Dictionary<string, string> { ["PYTHONOPTIMIZE"] = "2" },
            });

        Assert.True(function.Init().Done.Ok);
        Assert.Equal("2", function.Invoke().Body);
    }

    [Fact]
    public void Prepared_InitFails_IsReportedAsEver()
    {
        using LiveFunction function = new();
        Assert.True(function.Prepare().Ok);

        function.Start("raise ValueError('not today')", snapStart: true);

        Assert.Equal("ValueError", function.Init().Done.Error!.ErrorType);
    }
}
