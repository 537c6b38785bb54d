using System.Text.Json;
using Thaw.GuestAgent.Tests.Runtimes;
using Thaw.Protocol;

namespace Thaw.GuestAgent.Tests.DotNet;

/// <summary>Hooks, preparation and uniqueness in the .NET runtime, around a snapshot that is not taken.</summary>
public sealed class DotNetSnapshotTests
{
    [Fact]
    public void Hooks_RunInLambdasOrderOnTheirSide()
    {
        using LiveFunction function = new("dotnet10");
        function.StartDotnet("Hooks::Handle", snapStart: true);
        Assert.True(function.Init().Done.Ok, function.Log);

        Restored restored = function.Clone();

        Assert.True(restored.Ok, restored.Error?.ErrorMessage);
        Assert.Equal("""["before 2","before 1","after 1","after 2"]""", function.Invoke().Body);
    }

    [Fact]
    public void BeforeHook_Throws_InitFails()
    {
        using LiveFunction function = new("dotnet10");
        function.StartDotnet("Hooks::Handle", snapStart: true, change: Failing("before 2"));

        Assert.Equal("Runtime.BeforeSnapshotError", function.Init().Done.Error!.ErrorType);
    }

    [Fact]
    public void AfterHook_Throws_RestoreFails()
    {
        using LiveFunction function = new("dotnet10");
        function.StartDotnet("Hooks::Handle", snapStart: true, change: Failing("after 2"));
        Assert.True(function.Init().Done.Ok, function.Log);

        Restored restored = function.Clone();

        Assert.Equal((false, "hooks"), (restored.Ok, restored.FailedStep));
        Assert.Equal("Runtime.AfterRestoreError", restored.Error!.ErrorType);
    }

    [Fact]
    public void Sources_InInitAndAfterTheRestore_NeverRepeat()
    {
        using LiveFunction function = new("dotnet10");
        function.StartDotnet("Sources::Handle", snapStart: true);
        Assert.True(function.Init().Done.Ok, function.Log);
        Assert.True(function.Clone().Ok);

        JsonElement answer = JsonDocument.Parse(function.Invoke().Body).RootElement;

        JsonElement init = answer.GetProperty("init").GetProperty("draws");
        Assert.All(answer.GetProperty("draws").EnumerateObject(), source =>
        {
            JsonElement[] drawn =
                [.. source.Value.EnumerateArray(), .. init.GetProperty(source.Name).EnumerateArray()];
            Assert.Equal(100, drawn.Select(value => value.GetString()).Distinct().Count());
        });
    }

    [Fact]
    public void Prepared_BecomesTheFunctionWithItsOwnEnvironment()
    {
        using LiveFunction function = new("dotnet10");
        Prepared prepared = function.Prepare();
        Assert.True(prepared.Ok, prepared.Error?.ErrorMessage);
        Assert.True(function.Clone(generation: 1).Ok);

        function.StartDotnet("Calls::Start", snapStart: true, change: configuration => configuration with
        {
            Environment = new Dictionary<string, string> { ["GREETING"] = "grüß", ["TZ"] = ":Europe/Helsinki" },
        });

        (InitDone done, string error) = function.Init();
        Assert.True(done.Ok, error);
        Assert.True(function.Clone(generation: 2).Ok);
        Assert.Equal("\"grüß,2,0\"", function.Invoke().Body);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Example_HelloDotnet_Answers(bool snapStart)
    {
        using LiveFunction function = new("dotnet10");
        function.StartDotnet("Function::Handle", "HelloDotnet", snapStart);
        Assert.True(function.Init().Done.Ok, function.Log);
        if (snapStart)
        {
            Assert.True(function.Clone().Ok);
        }

        JsonElement answer = JsonDocument.Parse(function.Invoke("""{"name":"Thaw"}""").Body).RootElement;
        JsonElement again = JsonDocument.Parse(function.Invoke().Body).RootElement;

        Assert.Equal("Hello, Thaw!", answer.GetProperty("Message").GetString());
        Assert.Equal("Hello, world!", again.GetProperty("Message").GetString());
        Assert.Equal(snapStart ? 1 : 0, answer.GetProperty("Restored").GetInt32());
        Assert.Equal(2, again.GetProperty("Invocations").GetInt32());
        Assert.Equal(answer.GetProperty("InitId").GetString(), again.GetProperty("InitId").GetString());
        Assert.NotEqual(answer.GetProperty("Uuid").GetString(), again.GetProperty("Uuid").GetString());
        Assert.NotEqual(answer.GetProperty("RandomHex").GetString(), again.GetProperty("RandomHex").GetString());
    }

    private static Func<Configure, Configure> Failing(string hook) => configuration => configuration with
    {
        Environment = new Dictionary<string, string> { ["FAIL"] = hook },
    };
}
