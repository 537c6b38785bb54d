using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Thaw.Store.Tests;

[assembly: AssemblyFixture(typeof(Thaw.Store.S3.Tests.S3Server))]
// s3rver walks the whole bucket to list a part of it, and fails when a directory goes meanwhile.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

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
        _process = Start();
        Endpoint = await ReadEndpointAsync(_process);
        // Its log must not fill the pipe.
        _ = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }
        _directory.Dispose();
    }

    /// <summary>A location that no other test uses.</summary>
    public S3Location NewLocation() => new(Bucket, $"run/{Interlocked.Increment(ref s_prefixes)}");

    public S3ChunkStore Open(S3Location location, int pageSize = 1000)
    {
        S3StoreOptions options = new() { Location = location, Endpoint = Endpoint };
        return new S3ChunkStore(S3ClientFactory.Create(options), location) { ListPageSize = pageSize };
    }

    private Process Start()
    {
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("THAW_S3_SERVER") ?? "s3rver")
        {
            RedirectStandardOutput = true,
            ArgumentList =
            {
                "--directory", _directory.Path,
                "--address", "127.0.0.1",
                "--port", "0",
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
                "These tests need the S3 server s3rver: ./dev test Thaw.Store.S3.Tests installs it.", e);
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
