using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Thaw.Dev.Bench.Starts;

/// <summary>A server that speaks S3 (s3rver) on a port of its own, with its objects in a folder.</summary>
internal sealed partial class BucketServer : IAsyncDisposable
{
    /// <summary>Its bucket.</summary>
    public const string Bucket = "thaw-bench";

    /// <summary>The access key that it takes; the secret key is the same.</summary>
    public const string Credential = "S3RVER";

    private const int LinesUntilReadyMax = 100;

    private readonly Process _process;

    private BucketServer(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    /// <summary>Where it listens, on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Starts it.</summary>
    /// <exception cref="DevException">It did not start.</exception>
    public static async Task<BucketServer> StartAsync(
        string program, string folder, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new(
            program,
            [
                "--directory", folder, "--address", "127.0.0.1", "--port", "0", "--no-vhost-buckets",
                "--configure-bucket", Bucket,
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // It makes continuation tokens with a cipher that OpenSSL 3 gives out only on request.
        start.Environment["NODE_OPTIONS"] = "--openssl-legacy-provider";
        Process process = Process.Start(start) ?? throw new DevException($"{program} did not start.");
        List<string> lines = [];
        while (lines.Count < LinesUntilReadyMax
            && await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            lines.Add(line);
            if (Address().Match(line) is { Success: true } match)
            {
                // Its log must not fill the pipes.
                _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
                _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
                return new BucketServer(process, int.Parse(match.Groups[1].Value));
            }
        }

        process.Kill(entireProcessTree: true);
        throw new DevException($"{program} did not say where it listens:\n{string.Join('\n', lines)}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    [GeneratedRegex(@"127\.0\.0\.1:(\d+)")]
    private static partial Regex Address();
}
