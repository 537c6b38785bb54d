using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Thaw.ControlPlane;
using Thaw.ControlPlane.Tests;

namespace Thaw.Cli.Tests;

/// <summary>A service over a fake worker, and the command line in front of it.</summary>
internal sealed class CliRun : IAsyncDisposable
{
    private readonly ControlPlaneServer _server;

    private CliRun(ControlPlaneServer server, FakeFunctionHost host, string directory)
    {
        _server = server;
        Host = host;
        Directory = directory;
    }

    public FakeFunctionHost Host { get; }

    public string Directory { get; }

    public static async Task<CliRun> StartAsync()
    {
        string directory = System.IO.Directory.CreateTempSubdirectory("thaw-cli-").FullName;
        FakeFunctionHost host = new();
        return new CliRun(
            await ControlPlaneServer.StartAsync(new ControlPlaneOptions
            {
                DataDirectory = Path.Combine(directory, "data"),
                Listen = "http://127.0.0.1:0",
                LogLevel = LogLevel.None,
            }, host, TimeProvider.System, TestContext.Current.CancellationToken), host, directory);
    }

    /// <summary>Runs a command that needs no service.</summary>
    public static async Task<Result> BareAsync(params string[] arguments) =>
        await RunAsync(arguments, "", TestContext.Current.CancellationToken);

    public static async Task<Result> RunAsync(
        string[] arguments, string input, CancellationToken cancellationToken)
    {
        StringWriter output = new();
        StringWriter error = new();
        int code = await CommandLine.RunAsync(
            arguments, new CliConsole(output, error, new MemoryStream(Encoding.UTF8.GetBytes(input))),
            cancellationToken);
        return new Result(code, output.ToString(), error.ToString());
    }

    public Task<Result> ThawAsync(params string[] arguments) => ThawWithInputAsync("", arguments);

    public Task<Result> ThawWithInputAsync(string input, params string[] arguments) => RunAsync(
        [.. arguments, "--endpoint", _server.Endpoint.ToString()], input, TestContext.Current.CancellationToken);

    /// <summary>A folder with a handler.</summary>
    public string NewFolder(string content = "def handler(e, c): return e")
    {
        string folder = Path.Combine(Directory, Guid.NewGuid().ToString("N"));
        System.IO.Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "app.py"), content);
        return folder;
    }

    public Task<Result> CreateAsync(string name) => ThawAsync(
        "function", "create", name, "--code", NewFolder(), "--handler", "app.handler", "--snap-start");

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    internal sealed record Result(int Code, string Out, string Error)
    {
        public JsonElement Json => JsonDocument.Parse(Out).RootElement;
    }
}
