using System.Text.Json;
using Thaw.GuestAgent.Tests.Runtimes;
using Thaw.Protocol;

namespace Thaw.GuestAgent.Tests.Python;

/// <summary>Hooks and uniqueness in the Python runtime, around a snapshot that is not taken.</summary>
public sealed class PythonSnapshotTests
{
    [Fact]
    public void Hooks_RunInLambdasOrderOnTheirSide()
    {
        using LiveFunction function = new();
        function.Start(
            """
            from snapshot_restore_py import register_after_restore, register_before_snapshot
            calls = []
            register_before_snapshot(calls.append, "before 1")
            @register_before_snapshot
            def before(): calls.append("before 2")
            register_after_restore(calls.append, "after 1")
            @register_after_restore
            def after(): calls.append("after 2")
            def handler(event, context): return calls
            """,
            snapStart: true);
        Assert.True(function.Init().Done.Ok);

        Restored restored = function.Clone();

        Assert.True(restored.Ok, restored.Error?.ErrorMessage);
        Assert.Equal("""["before 2", "before 1", "after 1", "after 2"]""", function.Invoke().Body);
    }

    [Fact]
    public void BeforeHook_Raises_InitFails()
    {
        using LiveFunction function = new();
        function.Start(
            """
            from snapshot_restore_py import register_before_snapshot
            @register_before_snapshot
            def before(): raise KeyError("no")
            def handler(event, context): pass
            """,
            snapStart: true);

        Assert.Equal("Runtime.BeforeSnapshotError", function.Init().Done.Error!.ErrorType);
    }

    [Fact]
    public void AfterHook_Raises_RestoreFails()
    {
        using LiveFunction function = new();
        function.Start(
            """
            from snapshot_restore_py import register_after_restore
            @register_after_restore
            def after(): raise KeyError("no")
            def handler(event, context): pass
            """,
            snapStart: true);
        Assert.True(function.Init().Done.Ok);

        Restored restored = function.Clone();

        Assert.Equal((false, "hooks"), (restored.Ok, restored.FailedStep));
        Assert.Equal("Runtime.AfterRestoreError", restored.Error!.ErrorType);
    }

    [Theory]
    [InlineData("import random", "random.seed", "random.random()", "random.Random(7).random()")]
    [InlineData("import numpy", "numpy.random.seed", "numpy.random.rand()", "numpy.random.RandomState(7).rand()")]
    public void Restore_ReseedsRandomBeforeTheHooks(string import, string seed, string draw, string repeated)
    {
        using LiveFunction function = new();
        function.Start(
            $"""
            {import}
            from snapshot_restore_py import register_after_restore, register_before_snapshot
            seen = []
            register_before_snapshot({seed}, 7)
            register_after_restore(lambda: seen.append({draw}))
            def handler(event, context): return [seen[0], {repeated}]
            """,
            snapStart: true);
        Assert.True(function.Init().Done.Ok);
        Assert.True(function.Clone().Ok);

        double[] values = JsonSerializer.Deserialize<double[]>(function.Invoke().Body)!;

        Assert.NotEqual(values[1], values[0]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Example_HelloPython_Answers(bool snapStart)
    {
        using LiveFunction function = new();
        string source = File.ReadAllText(Path.Combine(LiveFunction.Repository, "examples/hello-python/app.py"));
        function.Start(source, snapStart);
        Assert.True(function.Init().Done.Ok);
        if (snapStart)
        {
            Assert.True(function.Clone().Ok);
        }

        (InvokeDone first, string one) = function.Invoke("""{"name":"Thaw"}""");
        string two = function.Invoke().Body;

        Assert.True(first.Ok, one);
        JsonElement answer = JsonDocument.Parse(one).RootElement;
        JsonElement again = JsonDocument.Parse(two).RootElement;
        Assert.Equal("Hello, Thaw!", answer.GetProperty("message").GetString());
        Assert.Equal(snapStart ? 1 : 0, answer.GetProperty("restored").GetInt32());
        Assert.Equal(1, answer.GetProperty("invocations").GetInt32());
        Assert.Equal(2, again.GetProperty("invocations").GetInt32());
        Assert.Equal(answer.GetProperty("init_id").GetString(), again.GetProperty("init_id").GetString());
        Assert.NotEqual(answer.GetProperty("uuid").GetString(), again.GetProperty("uuid").GetString());
        Assert.NotEqual(answer.GetProperty("random_hex").GetString(), again.GetProperty("random_hex").GetString());
        Assert.Equal(32, answer.GetProperty("random_hex").GetString()!.Length);
    }
}
