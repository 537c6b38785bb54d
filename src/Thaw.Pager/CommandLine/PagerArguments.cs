namespace Thaw.Pager.CommandLine;

/// <summary>The pager's command line.</summary>
internal static class PagerArguments
{
    /// <summary>Help on all arguments.</summary>
    internal const string Help = """
        thaw-pager: brings the memory of snapshots to microVMs when they touch it.

          --control-sock PATH       socket for requests
          --run-dir DIR             where the sockets for monitors are made
          --store DIR|s3://BUCKET/PREFIX  where layers are; needs --keys
          --keys FILE               the key file
          --s3-endpoint URL         an S3 service that is not AWS
          --s3-region REGION        region of the S3 service
          --cache DIR               where chunks of the store are kept on this machine
          --cache-bytes N           how much is kept there (default 8 GiB)
          --working-sets DIR        where working sets of memory files are kept (default: in the run folder)
          --source-patience SECONDS how long a source that fails is asked again (default 180)
          --parent-death-signal KILL  end when the parent process ends
          --version, --help

        """;

    /// <summary>Reads a command line.</summary>
    /// <exception cref="PagerArgumentException">An argument is unknown or wrong, or one is missing.</exception>
    internal static PagerOptions Parse(IReadOnlyList<string> arguments)
    {
        PagerOptions options = new();
        for (int i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] is "--help" or "--version")
            {
                return options with { Shows = arguments[i] };
            }
            string value = i + 1 < arguments.Count
                ? arguments[i + 1]
                : throw new PagerArgumentException($"{arguments[i]} is unknown or lacks its value.");
            options = Apply(options, arguments[i++], value);
        }
        if (options.ControlSocket.Length == 0 || options.RunFolder.Length == 0)
        {
            throw new PagerArgumentException("--control-sock and --run-dir are needed.");
        }
        return options.Store is null || options.KeyFile is not null
            ? options
            : throw new PagerArgumentException("--store needs --keys.");
    }

    private static PagerOptions Apply(PagerOptions options, string name, string value) => name switch
    {
        "--control-sock" => options with { ControlSocket = value },
        "--run-dir" => options with { RunFolder = value },
        "--store" => options with { Store = value },
        "--keys" => options with { KeyFile = value },
        "--s3-endpoint" => options with { S3Endpoint = Address(value) },
        "--s3-region" => options with { S3Region = value },
        "--cache" => options with { CacheFolder = value },
        "--cache-bytes" => options with { CacheBytes = Bytes(value) },
        "--working-sets" => options with { WorkingSetFolder = value },
        "--source-patience" => options with { Patience = Seconds(value) },
        "--parent-death-signal" when value == "KILL" => options with { EndsWithParent = true },
        _ => throw new PagerArgumentException($"The argument {name} {value} is unknown."),
    };

    private static Uri Address(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out Uri? address)
            ? address
            : throw new PagerArgumentException($"{value} is no address.");

    private static long Bytes(string value) =>
        long.TryParse(value, out long bytes) && bytes > 0
            ? bytes
            : throw new PagerArgumentException($"{value} is no number of bytes.");

    private static TimeSpan Seconds(string value) =>
        int.TryParse(value, out int seconds) && seconds is > 0 and <= 86_400
            ? TimeSpan.FromSeconds(seconds)
            : throw new PagerArgumentException($"{value} is no number of seconds.");
}
