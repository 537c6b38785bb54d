namespace Thaw.Monitor.Logging;

/// <summary>Importance of a log line, least to most.</summary>
internal enum LogLevel
{
    Trace,
    Debug,
    Info,
    Warn,
    Error,

    /// <summary>As a filter: nothing is logged.</summary>
    Off,
}
