using System.Globalization;
using System.Text;
using Thaw.Monitor.Http;
using Thaw.Monitor.Logging;

namespace Thaw.Monitor.CommandLine;

/// <summary>The monitor's command line: Firecracker's arguments where they apply, and Thaw's own.</summary>
internal static class MonitorArguments
{
    private const int IdCharsMax = 64;

    private static readonly Argument[] s_arguments =
    [
        Value("api-sock", "Path to the Unix socket of the API.", (o, v) => o with { ApiSocket = v }),
        Value("id", "Id of the microVM.", (o, v) => o with { Id = CheckedId(v) }),
        Value("config-file", "JSON file with a configuration to start.", (o, v) => o with { ConfigFile = v }),
        Flag("no-api", "Do without API socket; needs --config-file.", o => o with { NoApi = true }),
        Value("log-path", "File or pipe that the log goes to.", (o, v) => o with { LogPath = v }),
        Value("level", "Off, Trace, Debug, Info, Warn or Error.", (o, v) => o with { Level = Level(v) }),
        Flag("show-level", "Show the level in log lines.", o => o with { ShowLevel = true }),
        Flag("show-log-origin", "Show the origin in log lines.", o => o with { ShowLogOrigin = true }),
        Value("module", "Accepted for compatibility.", (o, _) => o),
        Value("metrics-path", "File or pipe that metrics go to.", (o, v) => o with { MetricsPath = v }),
        Value(
            "http-api-max-payload-size",
            "Largest body of an API request in bytes.",
            (o, v) => o with { PayloadBytesMax = Number(v, "http-api-max-payload-size", HttpLimits.BodyBytesMax) }),
        Value("start-time-us", "Accepted for compatibility.", (o, v) => Checked(o, v, "start-time-us")),
        Value("start-time-cpu-us", "Accepted for compatibility.", (o, v) => Checked(o, v, "start-time-cpu-us")),
        Value("parent-cpu-time-us", "Accepted for compatibility.", (o, v) => Checked(o, v, "parent-cpu-time-us")),
        Flag("no-seccomp", "Accepted for compatibility.", o => o),
        Value(
            "parent-death-signal",
            "End when the parent process ends: KILL or TERM.",
            (o, v) => o with { ParentDeath = Signal(v) }),
        Flag("probe-kvm", "Say as JSON whether KVM is usable, then end.", o => o with { ProbeKvm = true }),
        Value("describe-snapshot", "Print what a snapshot state file is.", (o, v) => o with { DescribeSnapshot = v }),
        Flag("snapshot-version", "Print the snapshot format's version.", o => o with { ShowSnapshotVersion = true }),
        Flag("version", "Print the version.", o => o with { ShowVersion = true }),
        Flag("help", "Print this text.", o => o with { ShowHelp = true }),
    ];

    /// <summary>Help on all arguments.</summary>
    internal static string Help
    {
        get
        {
            StringBuilder text = new($"thaw-vmm {MonitorVersion.Own}: one process, one microVM.\n\n");
            foreach (Argument argument in s_arguments)
            {
                string name = argument.TakesValue ? $"--{argument.Name} <{argument.Name}>" : $"--{argument.Name}";
                text.Append(CultureInfo.InvariantCulture, $"  {name,-56} {argument.Help}\n");
            }

            return text.ToString();
        }
    }

    /// <summary>Reads a command line.</summary>
    /// <exception cref="CommandLineException">It has an argument that is unknown, twice there, or lacks its
    /// value.</exception>
    internal static MonitorOptions Parse(IReadOnlyList<string> arguments)
    {
        MonitorOptions options = new();
        HashSet<string> seen = new(StringComparer.Ordinal);
        for (int i = 0; i < arguments.Count; i++)
        {
            (string text, string? value) = Cut(arguments[i]);
            Argument argument = Find(text);
            if (!seen.Add(argument.Name))
            {
                throw new CommandLineException($"The argument '{argument.Name}' was provided more than once.");
            }

            if (argument.TakesValue && value is null)
            {
                value = i + 1 < arguments.Count && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal)
                    ? arguments[++i]
                    : throw new CommandLineException(
                        $"The argument '{argument.Name}' requires a value, but none was supplied.");
            }

            if (!argument.TakesValue && value is not null)
            {
                throw new CommandLineException($"The argument '{argument.Name}' takes no value.");
            }

            options = argument.Apply(options, value ?? "");
        }

        return options.NoApi && options.ConfigFile is null && !options.ShowHelp && !options.ShowVersion
            ? throw new CommandLineException("Argument 'config-file' required, but not found.")
            : options;
    }

    private static (string Name, string? Value) Cut(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (text, null) : (text[..equals], text[(equals + 1)..]);
    }

    private static Argument Find(string text) =>
        s_arguments.FirstOrDefault(a => text == "--" + a.Name || (text == "-h" && a.Name == "help"))
        ?? throw new CommandLineException(
            $"Found argument '{text}' which wasn't expected, or isn't valid in this context.");

    private static Argument Value(string name, string help, Func<MonitorOptions, string, MonitorOptions> apply) =>
        new(name, help, TakesValue: true, apply);

    private static Argument Flag(string name, string help, Func<MonitorOptions, MonitorOptions> apply) =>
        new(name, help, TakesValue: false, (options, _) => apply(options));

    private static string CheckedId(string id) =>
        id.Length is > 0 and <= IdCharsMax && id.All(c => c == '-' || char.IsAsciiLetterOrDigit(c))
            ? id
            : throw new CommandLineException(
                $"Invalid instance ID \"{id}\": 1 to {IdCharsMax} letters, digits and hyphens.");

    private static LogLevel Level(string text) => LogLevels.TryParse(text, out LogLevel level)
        ? level
        : throw new CommandLineException(
            $"Invalid value for logger level: {text}. Possible values: [Error, Warning, Info, Debug]");

    private static ParentDeathSignal Signal(string text) => text switch
    {
        "KILL" => ParentDeathSignal.Kill,
        "TERM" => ParentDeathSignal.Terminate,
        _ => throw new CommandLineException($"'parent-death-signal' is \"{text}\", expected KILL or TERM."),
    };

    private static int Number(string text, string name, int max) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= max
            ? number
            : throw new CommandLineException($"'{name}' is \"{text}\", expected a number of at most {max}.");

    private static MonitorOptions Checked(MonitorOptions options, string text, string name) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? options
            : throw new CommandLineException($"'{name}' is \"{text}\", expected a number.");
}
