using Thaw.Monitor.Http;
using Thaw.Monitor.Logging;

namespace Thaw.Monitor.CommandLine;

/// <summary>What the command line asked for.</summary>
internal sealed record MonitorOptions
{
    /// <summary>Path of the API socket.</summary>
    internal string ApiSocket { get; init; } = "/run/thaw-vmm.socket";

    /// <summary>The microVM's id.</summary>
    internal string Id { get; init; } = "anonymous-instance";

    /// <summary>A configuration to apply and start.</summary>
    internal string? ConfigFile { get; init; }

    /// <summary>Whether there is no API socket.</summary>
    internal bool NoApi { get; init; }

    /// <summary>Where the log goes; standard output when null.</summary>
    internal string? LogPath { get; init; }

    /// <summary>Least important level that is logged.</summary>
    internal LogLevel? Level { get; init; }

    /// <summary>Whether log lines say their level.</summary>
    internal bool ShowLevel { get; init; }

    /// <summary>Whether log lines say their origin.</summary>
    internal bool ShowLogOrigin { get; init; }

    /// <summary>Where metrics go.</summary>
    internal string? MetricsPath { get; init; }

    /// <summary>Largest request body.</summary>
    internal int PayloadBytesMax { get; init; } = HttpLimits.BodyBytesDefault;

    /// <summary>Whether to print the version and end.</summary>
    internal bool ShowVersion { get; init; }

    /// <summary>Whether to print the usage and end.</summary>
    internal bool ShowHelp { get; init; }

    /// <summary>Whether to print the snapshot format's version and end.</summary>
    internal bool ShowSnapshotVersion { get; init; }

    /// <summary>A state file to describe.</summary>
    internal string? DescribeSnapshot { get; init; }

    /// <summary>Whether to say as JSON if this host's KVM is usable, and end.</summary>
    internal bool ProbeKvm { get; init; }

    /// <summary>How this process ends when its parent does.</summary>
    internal ParentDeathSignal ParentDeath { get; init; }
}
