using System.Text.Json;
using static Thaw.Cli.Tests.CliRun;

namespace Thaw.Cli.Tests;

public sealed class LocalCommandTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("thaw-local-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Doctor_WithUsableKvm_RunsNatively()
    {
        string monitor = Script("""echo '{"usable":true,"reason":"fine","instructionsPerMicrosecond":2500.5}'""");

        Result result = await BareAsync("doctor", "--vmm", monitor, "--images", _directory, "--json");

        Assert.Equal(0, result.Code);
        Assert.Equal("Native", result.Json.GetProperty("host").GetString());
        Assert.Equal(2500.5, result.Json.GetProperty("kvm").GetProperty("instructionsPerMicrosecond").GetDouble());
        Assert.True(result.Json.GetProperty("memoryMib").GetInt64() > 0);
        Assert.Contains("thaw image build", result.Json.GetProperty("imageProblem").GetString()
            + result.Json.GetProperty("advice").ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""echo '{"usable":false,"reason":"every instruction is emulated","instructionsPerMicrosecond":1}'""",
        "every instruction is emulated")]
    [InlineData("echo nonsense; echo broken >&2; exit 1", "broken")]
    public async Task Doctor_WithoutUsableKvm_SaysWhyAndNeverNative(string script, string reason)
    {
        Result result = await BareAsync("doctor", "--vmm", Script(script), "--images", _directory, "--json");

        Assert.NotEqual("Native", result.Json.GetProperty("host").GetString());
        Assert.Contains(
            reason, result.Json.GetProperty("kvm").GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Contains(reason, result.Json.GetProperty("advice")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_ForPeople_SaysTheSameInWords()
    {
        Result result = await BareAsync("doctor", "--vmm", "/no/such/monitor", "--images", _directory);

        Assert.Contains("kvm      not usable: it can't be tested, for there is no monitor /no/such/monitor", result.Out,
            StringComparison.Ordinal);
        Assert.Contains("tool     mkfs.erofs", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ImageList_WithoutImages_EndsWithOne()
    {
        Result result = await BareAsync("image", "list", "--images", _directory);

        Assert.Equal((1, ""), (result.Code, result.Out));
        Assert.Contains("images.json", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ImageBuild_WithoutAgent_EndsWithOneAndNamesIt()
    {
        Result result = await BareAsync(
            "image", "build", "--init", "/no/such/thaw-init", "--output", Path.Combine(_directory, "images"));

        Assert.Equal(1, result.Code);
        Assert.Contains("/no/such/thaw-init", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_directory, "images")));
    }

    [Fact]
    public async Task Serve_SaysInOneLineWhereAndEndsWhenTold()
    {
        using CancellationTokenSource stop = new();
        SignallingWriter output = new();
        StringWriter error = new();
        Task<int> serving = CommandLine.RunAsync(
            ["serve", "--data", _directory, "--listen", "http://127.0.0.1:0", "--json", "--log-level", "None"],
            new CliConsole(output, error, Stream.Null), stop.Token);
        string line = await output.FirstLine;
        using JsonDocument started = JsonDocument.Parse(line);
        string endpoint = started.RootElement.GetProperty("endpoint").GetString()!;

        Result status = await BareAsync("status", "--json", "--endpoint", endpoint);
        Result second = await BareAsync("serve", "--data", _directory, "--listen", "http://127.0.0.1:0");
        await stop.CancelAsync();
        int code = await serving;

        Assert.Equal(0, status.Code);
        Assert.Contains(
            "thaw-vmm", started.RootElement.GetProperty("impediment").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, second.Code);
        Assert.Contains("another service uses it", second.Error, StringComparison.Ordinal);
        Assert.Equal(0, code);
    }

    [Theory]
    [InlineData("ftp://x")]
    [InlineData("http://127.0.0.1:7777/path")]
    public async Task Serve_OnAStrangeAddress_EndsWithOne(string listen)
    {
        Result result = await BareAsync("serve", "--data", _directory, "--listen", listen);

        Assert.Equal(1, result.Code);
        Assert.Contains("http://127.0.0.1:7777", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_InADirectoryWithTooLongAPath_EndsWithOne()
    {
        Result result = await BareAsync("serve", "--data", Path.Combine(_directory, new string('x', 90)));

        Assert.Equal(1, result.Code);
        Assert.Contains("too long for Unix sockets", result.Error, StringComparison.Ordinal);
    }

    private string Script(string body)
    {
        string path = Path.Combine(_directory, $"{Guid.NewGuid():N}.sh");
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>Tells when the first line is there.</summary>
    private sealed class SignallingWriter : StringWriter
    {
        private readonly TaskCompletionSource<string> _line = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> FirstLine => _line.Task;

        public override void WriteLine(string? value) => _line.TrySetResult(value ?? "");
    }
}
