using System.Text.Json.Serialization;

namespace Thaw.Monitor.Models;

/// <summary>Body of <c>PUT /logger</c>.</summary>
internal sealed record LoggerConfig
{
    /// <summary>File or pipe that the log goes to; unchanged when absent.</summary>
    public string? LogPath { get; init; }

    /// <summary>
    /// Least important level that is logged: Off, Trace, Debug, Info, Warn(ing) or Error, in any case.
    /// </summary>
    [JsonConverter(typeof(LogLevelConverter))]
    public Logging.LogLevel? Level { get; init; }

    /// <summary>Whether lines say their level.</summary>
    public bool? ShowLevel { get; init; }

    /// <summary>Whether lines say where in the source they come from.</summary>
    public bool? ShowLogOrigin { get; init; }

    /// <summary>Accepted and without effect: the monitor's log has no modules.</summary>
    public string? Module { get; init; }
}
