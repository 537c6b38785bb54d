namespace Thaw.Monitor.Logging;

/// <summary>Names of log levels.</summary>
internal static class LogLevels
{
    /// <summary>Reads a level in any case; "warning" is a name too.</summary>
    internal static bool TryParse(string text, out LogLevel level)
    {
        LogLevel? known = text.ToUpperInvariant() switch
        {
            "OFF" => LogLevel.Off,
            "TRACE" => LogLevel.Trace,
            "DEBUG" => LogLevel.Debug,
            "INFO" => LogLevel.Info,
            "WARN" or "WARNING" => LogLevel.Warn,
            "ERROR" => LogLevel.Error,
            _ => null,
        };
        level = known ?? LogLevel.Info;
        return known is not null;
    }

    /// <summary>As a word: <c>Warn</c>.</summary>
    internal static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace => "Trace",
        LogLevel.Debug => "Debug",
        LogLevel.Info => "Info",
        LogLevel.Warn => "Warn",
        LogLevel.Error => "Error",
        _ => "Off",
    };
}
