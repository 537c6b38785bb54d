using System.Text.Json;
using Thaw.GuestAgent.Tests.Runtimes;
using Thaw.Protocol;

namespace Thaw.GuestAgent.Tests.Node;

/// <summary>Hooks of Node.js functions, around a snapshot that is not taken; and starts before the function.</summary>
public sealed class NodeSnapshotTests
{
    private const string Runtime = "nodejs20.x";

    [Fact]
    public void Hooks_RunInLambdasOrderOnTheirSide()
    {
        using LiveFunction function = new(Runtime);
        function.Start(
            """
            import { registerAfterRestore, registerBeforeSnapshot } from 'snapshot-restore-js';
            import { createRequire } from 'node:module';
            const required = createRequire(import.meta.url)('snapshot-restore-js');
            const calls = [];
            registerBeforeSnapshot((call) => calls.push(call), 'before 1');
            required.registerBeforeSnapshot(async () => { await null; calls.push('before 2'); });
            registerAfterRestore(async () => { await null; calls.push('after 1'); });
            required.registerAfterRestore((call) => calls.push(call), 'after 2');
            export const handler = async () => calls;
            """,
            snapStart: true, file: "app.mjs");
        (InitDone done, string error) = function.Init();
        Assert.True(done.Ok, error);

        Restored restored = function.Clone();

        Assert.True(restored.Ok, restored.Error?.ErrorMessage);
        Assert.Equal("""["before 2","before 1","after 1","after 2"]""", function.Invoke().Body);
    }

    [Fact]
    public void BeforeHook_Throws_InitFails()
    {
        using LiveFunction function = new(Runtime);
        function.Start(
            """
            require('snapshot-restore-js').registerBeforeSnapshot(async () => { throw new RangeError('no'); });
            exports.handler = () => {};
            """,
            snapStart: true, file: "app.js");

        Assert.Equal("Runtime.BeforeSnapshotError", function.Init().Done.Error!.ErrorType);
    }

    [Theory]
    [InlineData("async () => { throw new RangeError('no'); }", "Runtime.AfterRestoreError")]
    [InlineData("() => new Promise(() => { setTimeout(() => { throw new RangeError('late'); }); })", "RangeError")]
    public void AfterHook_Throws_RestoreFails(string hook, string errorType)
    {
        using LiveFunction function = new(Runtime);
        function.Start(
            $$"""
            require('snapshot-restore-js').registerAfterRestore({{hook}});
            exports.handler = () => {};
            """,
            snapStart: true, file: "app.js");
        Assert.True(function.Init().Done.Ok);

        Restored restored = function.Clone();

        Assert.Equal((false, "hooks"), (restored.Ok, restored.FailedStep));
        Assert.Equal(errorType, restored.Error!.ErrorType);
    }

    [Fact]
    public void Prepared_BecomesTheFunctionWithItsOwnEnvironment()
    {
        using LiveFunction function = new(Runtime);
        Prepared prepared = function.Prepare();
        Assert.True(prepared.Ok, prepared.Error?.ErrorMessage);
        Assert.True(function.Clone(generation: 1).Ok);

        function.Start(
            """
            console.log('init of', process.env.AWS_LAMBDA_FUNCTION_NAME);
            const zone = new Date(0).getHours();
            exports.handler = async (event, context) => ({
              greeting: process.env.GREETING, name: context.functionName, zone, task: process.env.LAMBDA_TASK_ROOT,
              mode: process.env.NODE_ENV, thaw: Object.keys(process.env).filter((name) => name.startsWith('THAW')) });
            """,
            snapStart: true,
            configure => configure with
            {
                Environment = new Dictionary<string, string>
                {
                    ["GREETING"] = "grüß", ["TZ"] = "EET-2", ["NODE_ENV"] = "production",
                },
            },
            "app.js");

        (InitDone done, string error) = function.Init();
        Assert.True(done.Ok, error);
        Assert.True(function.Clone(generation: 2).Ok);
        JsonElement answer = JsonDocument.Parse(function.Invoke().Body).RootElement;
        Assert.Equal("grüß", answer.GetProperty("greeting").GetString());
        Assert.Equal("hello", answer.GetProperty("name").GetString());
        Assert.Equal(2, answer.GetProperty("zone").GetInt32());
        Assert.Equal(function.TaskRoot, answer.GetProperty("task").GetString());
        Assert.Equal("production", answer.GetProperty("mode").GetString());
        Assert.Empty(answer.GetProperty("thaw").EnumerateArray());
        Assert.Contains("init of hello", function.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepared_ButTheFunctionHasOptionsForNode_GetsItsOwnAfterOurs()
    {
        using LiveFunction function = new(Runtime);
        Assert.True(function.Prepare().Ok);
        File.WriteAllText(Path.Combine(function.TaskRoot, "first.cjs"), "globalThis.random = Math.random.toString();");

        function.Start(
            "exports.handler = async () => [random.includes('native'), process.title];",
            change: configure => configure with
            {
                Environment = new Dictionary<string, string>
                {
                    ["NODE_OPTIONS"] = "--title=mine --require ./first.cjs",
                },
            },
            file: "app.js");

        Assert.True(function.Init().Done.Ok);
        Assert.Equal("""[false,"mine"]""", function.Invoke().Body);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Example_HelloNode_Answers(bool snapStart)
    {
        using LiveFunction function = new(Runtime);
        string source = File.ReadAllText(Path.Combine(LiveFunction.Repository, "examples/hello-node/app.mjs"));
        function.Start(source, snapStart, file: "app.mjs");
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
        Assert.Equal(2, again.GetProperty("invocations").GetInt32());
        Assert.Equal(answer.GetProperty("init_id").GetString(), again.GetProperty("init_id").GetString());
        Assert.NotEqual(answer.GetProperty("uuid").GetString(), again.GetProperty("uuid").GetString());
        Assert.NotEqual(answer.GetProperty("random").GetDouble(), again.GetProperty("random").GetDouble());
    }
}
