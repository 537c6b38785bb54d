using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Thaw.EndToEnd.Tests.Harness;

/// <summary><c>./dev</c>, as built: its benchmarks' figures are what the documentation claims.</summary>
internal static class DevProgram
{
    private const string Variable = "THAW_DEV";
    private const string RuntimesVariable = "THAW_TEST_RUNTIMES";

    /// <summary>Has a command take the images that the tests' host has already, and not bring up another.</summary>
    public static IEnumerable<string> RuntimeOptions =>
        (Environment.GetEnvironmentVariable(RuntimesVariable) ?? "")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(name => new[] { "--runtime", name });

    /// <summary>Runs a command that prints JSON.</summary>
    public static async Task<JsonArray> RunAsync(TimeSpan max, params string[] arguments)
    {
        string program = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } value
            ? value
            : throw new InvalidOperationException($"{Variable} is not set. Run ./dev test Thaw.EndToEnd.Tests.");
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        using var bound = new CancellationTokenSource(max);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(bound.Token);
            Task<string> error = process.StandardError.ReadToEndAsync(bound.Token);
            await process.WaitForExitAsync(bound.Token);
            Assert.True(process.ExitCode == 0, $"It ended with {process.ExitCode}:\n{await error}\n{await output}");
            return JsonNode.Parse(await output)!.AsArray();
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{string.Join(' ', arguments)} took longer than {max.TotalMinutes:0} minutes.");
        }
    }
}
