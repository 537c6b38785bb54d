using System.Text;
using System.Text.Json;
using Thaw.ControlPlane.Tests;
using Thaw.Worker;
using static Thaw.Cli.Tests.CliRun;

namespace Thaw.Cli.Tests;

public sealed class FunctionCommandTests
{
    [Fact]
    public async Task Function_FromCreationToDeletion_DoesWhatEachCommandSays()
    {
        await using CliRun run = await StartAsync();

        Result created = await run.ThawAsync(
            "function", "create", "hello", "--code", run.NewFolder(), "--handler", "app.handler", "--memory", "512",
            "--timeout", "9", "--env", "A=1", "--env", "B=x=y", "--snap-start", "--json");
        Result published = await run.ThawAsync("function", "publish", "hello", "--wait", "--json");
        Result invoked = await run.ThawAsync("invoke", "hello:1", "--payload", """{"n":1}""", "--fresh");
        Result listed = await run.ThawAsync("function", "list");
        Result versions = await run.ThawAsync("function", "get", "hello", "--versions", "--json");
        Result deleted = await run.ThawAsync("function", "delete", "hello");
        Result gone = await run.ThawAsync("function", "get", "hello");

        Assert.Equal((0, ""), (created.Code, created.Error));
        Assert.Equal(512, created.Json.GetProperty("MemorySize").GetInt32());
        Assert.Equal(
            "x=y", created.Json.GetProperty("Environment").GetProperty("Variables").GetProperty("B").GetString());
        Assert.Equal("Active", published.Json.GetProperty("State").GetString());
        Assert.Equal((0, """{"n":1}""" + "\n"), (invoked.Code, invoked.Out));
        Assert.Equal(
            "[restore start of version 1; ready after 1.5 ms, answer after 2.2 ms; 12.0 ms of CPU, 1.2 MiB of its own; "
            + "clone 3f0c9a52-7b1e-4e0f-8f39-0f6f3a1c2d4e]\n", invoked.Error);
        Assert.True(Assert.Single(run.Host.Orders).Fresh);
        Assert.Contains("hello", listed.Out, StringComparison.Ordinal);
        Assert.Contains("published versions", listed.Out, StringComparison.Ordinal);
        Assert.Equal(2, versions.Json.GetProperty("Versions").GetArrayLength());
        Assert.Equal("Deleted hello.\n", deleted.Out);
        Assert.Equal(1, gone.Code);
        Assert.StartsWith("thaw: Function not found: ", gone.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_WithVariants_AsksForThemAndShowsThem()
    {
        await using CliRun run = await StartAsync();
        await run.CreateAsync("hello");

        Result published = await run.ThawAsync(
            "function", "publish", "hello", "--wait", "--variants", "4", "--json");
        Result shown = await run.ThawAsync("function", "get", "hello:1");
        Result invoked = await run.ThawAsync("invoke", "hello:1");
        Result asJson = await run.ThawAsync("invoke", "hello:1", "--json");

        Assert.Equal(4, published.Json.GetProperty("SnapStart").GetProperty("Variants").GetInt32());
        Assert.Equal(4, Assert.Single(run.Host.Published).Variants);
        Assert.Contains("4 variants", shown.Out, StringComparison.Ordinal);
        Assert.EndsWith("1c2d4e of variant 4]\n", invoked.Error, StringComparison.Ordinal);
        Assert.Equal(4, asJson.Json.GetProperty("variant").GetInt32());
    }

    [Fact]
    public async Task Publish_ThatFails_EndsWithOneAndTheReason()
    {
        await using CliRun run = await StartAsync();
        run.Host.OnPublish = (_, _) => Task.FromException<PublishOutcome>(
            new WorkerException(WorkerFault.InitFailed, "ValueError: nope"));
        await run.CreateAsync("hello");

        Result result = await run.ThawAsync("function", "publish", "hello", "--wait");

        Assert.Equal(1, result.Code);
        Assert.Contains("thaw: Publishing hello:1 failed: ValueError: nope", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UpdateCode_WithPublish_MakesANewVersion()
    {
        await using CliRun run = await StartAsync();
        await run.CreateAsync("hello");

        Result updated = await run.ThawAsync(
            "function", "update-code", "hello", "--code", run.NewFolder("other"), "--publish", "--json");

        Assert.Equal("1", updated.Json.GetProperty("Version").GetString());
    }

    [Fact]
    public async Task Create_OfAFunctionThatThereIs_EndsWithOne()
    {
        await using CliRun run = await StartAsync();
        await run.CreateAsync("hello");

        Result again = await run.CreateAsync("hello");

        Assert.Equal((1, ""), (again.Code, again.Out));
        Assert.Equal("thaw: Function already exist: hello\n", again.Error);
    }

    [Fact]
    public async Task Create_FromNothing_NamesThePath()
    {
        await using CliRun run = await StartAsync();

        Result result = await run.ThawAsync("function", "create", "hello", "--code", "/no/such", "--handler", "a.b");

        Assert.Equal(1, result.Code);
        Assert.Contains("/no/such", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("function", "create", "hello", "--handler", "a.b")]
    [InlineData("function", "create", "hello", "--code", ".", "--handler", "a.b", "--memory", "lots")]
    [InlineData("function", "create", "hello", "--code", ".", "--handler", "a.b", "--env", "noequals")]
    [InlineData("function", "publish", "hello", "--variants", "0")]
    [InlineData("function", "publish", "hello", "--variants", "17")]
    [InlineData("invoke")]
    [InlineData("invoke", "hello", "--payload", "@/no/such/file")]
    [InlineData("function")]
    [InlineData("fly")]
    [InlineData("serve", "--init-timeout", "901")]
    [InlineData("serve", "--max-microvms", "0")]
    [InlineData("status", "--endpoint", "not a url")]
    public async Task AnyCommand_WithAWrongCommandLine_EndsWithTwo(params string[] arguments)
    {
        Result result = await BareAsync(arguments);

        Assert.Equal((2, ""), (result.Code, result.Out));
        Assert.StartsWith("thaw: ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnyCommand_WithoutAService_SaysHowToStartOne()
    {
        Result result = await BareAsync("function", "list", "--endpoint", "http://127.0.0.1:1");

        Assert.Equal(1, result.Code);
        Assert.Contains("Start one with: thaw serve", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("invoke", "--payload @event.json")]
    [InlineData("serve", "thaw serve --data")]
    public async Task Help_OfACommand_EndsWithExamples(string command, string example)
    {
        Result result = await BareAsync(command, "--help");

        Assert.Equal(0, result.Code);
        Assert.Contains(example, result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invoke_WhenTheFunctionFails_EndsWithThreeAndShowsTheErrorAndTheLog()
    {
        await using CliRun run = await StartAsync();
        run.Host.OnInvoke = (order, _) => Task.FromResult(FakeFunctionHost.Echo(order) with
        {
            FunctionError = "Unhandled",
            Payload = """{"errorType":"ValueError"}"""u8.ToArray(),
        });
        await run.CreateAsync("hello");

        Result result = await run.ThawAsync("invoke", "hello", "--log");

        Assert.Equal(3, result.Code);
        Assert.Equal("{\"errorType\":\"ValueError\"}\n", result.Out);
        Assert.Contains("START\nEND\n", result.Error, StringComparison.Ordinal);
        Assert.Contains("thaw: the function failed (Unhandled)", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invoke_WhenTheGuestPanics_ShowsTheConsole()
    {
        await using CliRun run = await StartAsync();
        run.Host.OnInvoke = (_, _) => Task.FromException<InvokeOutcome>(
            new WorkerException(
                WorkerFault.BootFailed, "The microVM ended while it booted.") { Console = "Kernel panic" });
        await run.CreateAsync("hello");

        Result result = await run.ThawAsync("invoke", "hello");

        Assert.Equal((1, ""), (result.Code, result.Out));
        Assert.Contains("The microVM ended while it booted.", result.Error, StringComparison.Ordinal);
        Assert.Contains("Kernel panic", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invoke_WithPayloadFromFileOrInput_SendsItsBytes()
    {
        await using CliRun run = await StartAsync();
        await run.CreateAsync("hello");
        string file = Path.Combine(run.Directory, "event.json");
        await File.WriteAllTextAsync(file, """{"from":"file"}""", TestContext.Current.CancellationToken);

        await run.ThawAsync("invoke", "hello", "--payload", "@" + file);
        await run.ThawWithInputAsync("""{"from":"input"}""", "invoke", "hello", "--payload", "-");

        Assert.Equal(["""{"from":"file"}""", """{"from":"input"}"""],
            run.Host.Orders.Select(order => Encoding.UTF8.GetString(order.Payload.Span)));
    }

    [Fact]
    public async Task Invoke_AsJson_HasEveryFigure()
    {
        await using CliRun run = await StartAsync();
        await run.CreateAsync("hello");
        await run.ThawAsync("function", "publish", "hello", "--wait");

        JsonElement json = (await run.ThawAsync("invoke", "hello:1", "--json", "--log")).Json;

        Assert.Equal("restore", json.GetProperty("startKind").GetString());
        Assert.Equal(1.5, json.GetProperty("restoreMs").GetDouble());
        Assert.Equal(2.25, json.GetProperty("answerMs").GetDouble());
        Assert.Equal(12, json.GetProperty("cpuMs").GetDouble());
        Assert.Equal(1_234_567, json.GetProperty("privateBytes").GetInt64());
        Assert.Equal("START\nEND\n", json.GetProperty("log").GetString());
        Assert.Equal(JsonValueKind.Object, json.GetProperty("payload").ValueKind);
    }

    [Fact]
    public async Task StatusAndSnapshotList_AsJson_AreTheServices()
    {
        await using CliRun run = await StartAsync();
        run.Host.Snapshots.Add(new SnapshotSummary
        {
            FunctionName = "hello",
            Version = "1",
            CreatedAt = DateTimeOffset.UnixEpoch,
            GuestMemoryMib = 640,
            SizeBytes = 1,
        });

        Result status = await run.ThawAsync("status", "--json");
        Result snapshots = await run.ThawAsync("snapshot", "list", "--json");

        Assert.Equal("python3.13", status.Json.GetProperty("runtimes")[0].GetString());
        Assert.Equal(640, snapshots.Json.GetProperty("snapshots")[0].GetProperty("guestMemoryMib").GetInt32());
    }
}
