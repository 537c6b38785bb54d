using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Thaw.Store.Tests;

namespace Thaw.Store.S3.Tests;

/// <summary>A real S3 server (s3rver, from npm) on a port of its own, for the run of all tests.</summary>
public sealed partial class S3Server : IAsyncLifetime
{
    public const string Bucket = "thaw-tests";

    private const string Credential = "S3RVER"; // What s3rver accepts.
    private const int LinesUntilReadyMax = 100;

    private static int s_prefixes;

    private readonly TemporaryDirectory _directory = new();
    private Process? _process;

    public Uri Endpoint { get; private set; } = new("http://127.0.0.1:1");

    public async ValueTask InitializeAsync()
    {
        // Clients take credentials from where AWS tools do.
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", Credential);
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", Credential);
        Environment.SetEnvironmentVariable("AWS_EC2_METADATA_DISABLED", "true");
        await StartAsync(port: 0);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _directory.Dispose();
    }

    /// <summary>Ends the server; nobody listens any more.</summary>
    public async Task StopAsync()
    {
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
            _process = null;
        }
    }

    /// <summary>Starts the server again, with what it had, where it was.</summary>
    public Task StartAgainAsync() => StartAsync(Endpoint.Port);

    /// <summary>A location that no other test uses.</summary>
    public S3Location NewLocation() => new(Bucket, $"run/{Interlocked.Increment(ref s_prefixes)}");

    private async Task StartAsync(int port)
    {
        _process = Start(port);
        Endpoint = await ReadEndpointAsync(_process);
        // Its log must not fill the pipe.
        _ = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
    }

    private Process Start(int port)
    {
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("THAW_S3_SERVER") ?? "s3rver")
        {
            RedirectStandardOutput = true,
            ArgumentList =
            {
                "--directory", _directory.Path,
                "--address", "127.0.0.1",
                "--port", $"{port}",
                "--no-vhost-buckets",
                "--configure-bucket", Bucket,
            },
        };
        // It makes continuation tokens with a cipher that OpenSSL 3 gives out only on request.
        start.Environment["NODE_OPTIONS"] = "--openssl-legacy-provider";
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException(
                "These tests need the S3 server s3rver: ./dev test installs it.", e);
        }
    }

    private static async Task<Uri> ReadEndpointAsync(Process process)
    {
        List<string> lines = [];
        while (lines.Count < LinesUntilReadyMax && await process.StandardOutput.ReadLineAsync() is { } line)
        {
            lines.Add(line);
            if (Address().Match(line) is { Success: true } match)
            {
                return new Uri($"http://127.0.0.1:{match.Groups[1].Value}");
            }
        }
        throw new InvalidOperationException($"s3rver did not say where it listens:\n{string.Join('\n', lines)}");
    }

    [GeneratedRegex(@"127\.0\.0\.1:(\d+)")]
    private static partial Regex Address();
}
