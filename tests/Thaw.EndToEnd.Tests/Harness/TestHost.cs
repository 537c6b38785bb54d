using System.Diagnostics;
using System.Text.Json;

namespace Thaw.EndToEnd.Tests.Harness;

/// <summary>The machine that microVMs run on: this one, or the emulated host.</summary>
internal sealed class TestHost
{
    /// <summary>Commands that leave a mount namespace of one's own without <c>/dev/kvm</c>.</summary>
    public const string HideKvm =
        "mount -t tmpfs none /dev && mknod -m 666 /dev/null c 1 3 && mknod -m 666 /dev/urandom c 1 9";

    private const string Variable = "THAW_TEST_HOST";
    private static readonly TimeSpan s_scriptMax = TimeSpan.FromMinutes(2);
    private readonly string[] _exec;

    private TestHost(JsonElement description)
    {
        _exec = Texts(description, "exec");
        ServeOptions = Texts(description, "serveOptions");
        Endpoint = new Uri(description.GetProperty("endpoint").GetString()!);
        Programs = description.GetProperty("programs").GetString()!;
        Images = description.GetProperty("images").GetString()!;
        State = Path.Combine(Path.GetDirectoryName(description.GetProperty("data").GetString()!)!, "e2e");
    }

    /// <summary>Where <c>thaw serve</c> answers from here.</summary>
    public Uri Endpoint { get; }

    /// <summary>Where the programs are, on the host.</summary>
    public string Programs { get; }

    /// <summary>Where the guest images are, on the host.</summary>
    public string Images { get; }

    /// <summary>The tests' own folder on the host.</summary>
    public string State { get; }

    /// <summary>What <c>thaw serve</c> has to be told on the host.</summary>
    public IReadOnlyList<string> ServeOptions { get; }

    /// <summary>The host that <c>./dev test</c> prepared.</summary>
    public static TestHost FromEnvironment()
    {
        string text = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } value
            ? value
            : throw new InvalidOperationException($"{Variable} is not set. Run ./dev test Thaw.EndToEnd.Tests.");
        using JsonDocument document = JsonDocument.Parse(text);
        return new TestHost(document.RootElement);
    }

    /// <summary>Runs a shell script on the host; one that fails fails the test.</summary>
    /// <returns>What it wrote to standard output, trimmed.</returns>
    public async Task<string> RunAsync(string script)
    {
        (int code, string output, string error) = await TryRunAsync(script);
        Assert.True(code == 0, $"On the host this ended with {code}:\n{script}\n{error}\n{output}");
        return output.Trim();
    }

    /// <summary>Runs a shell script on the host, within two minutes unless said otherwise.</summary>
    public Task<(int Code, string Output, string Error)> TryRunAsync(string script, TimeSpan? max = null) =>
        TryRunAsync(script, default, max ?? s_scriptMax);

    /// <summary>Writes a file on the host, and the folders above it.</summary>
    public async Task WriteAsync(string path, ReadOnlyMemory<byte> bytes)
    {
        (int code, _, string error) = await TryRunAsync(
            $"mkdir -p {Path.GetDirectoryName(path)} && cat > {path}", bytes, s_scriptMax);
        Assert.True(code == 0, $"{path} could not be written on the host: {error}");
    }

    /// <summary>Reads a file on the host.</summary>
    public async Task<byte[]> ReadAsync(string path) => Convert.FromBase64String(await RunAsync($"base64 {path}"));

    private async Task<(int Code, string Output, string Error)> TryRunAsync(
        string script, ReadOnlyMemory<byte> input, TimeSpan max)
    {
        using Process process = Start(script);
        await process.StandardInput.BaseStream.WriteAsync(input);
        process.StandardInput.Close();
        using var bound = new CancellationTokenSource(max);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(bound.Token);
            Task<string> error = process.StandardError.ReadToEndAsync(bound.Token);
            await process.WaitForExitAsync(bound.Token);
            return (process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"On the host this took longer than {max.TotalSeconds:0} s:\n{script}");
        }
    }

    /// <summary>Starts a shell script on the host, with pipes to its standard streams.</summary>
    public Process Start(string script)
    {
        var start = new ProcessStartInfo(_exec[0], [.. _exec.Skip(1), script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }

    private static string[] Texts(JsonElement description, string name) =>
        [.. description.GetProperty(name).EnumerateArray().Select(e => e.GetString()!)];
}
