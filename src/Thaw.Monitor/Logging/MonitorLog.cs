using System.Globalization;
using System.Text;

namespace Thaw.Monitor.Logging;

/// <summary>
/// The monitor's log: one line per event, written with one call so that lines of several threads do not mix. A line
/// that
/// cannot be written is counted and lost: the log must not stop the microVM.
/// </summary>
internal sealed class MonitorLog : IDisposable
{
    // Guards target and settings; taken last.
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly string _instanceId;
    private Stream _target;
    private bool _ownsTarget;
    private LogLevel _least = LogLevel.Info;
    private bool _showLevel;
    private bool _showOrigin;

    /// <summary>A log to <paramref name="target"/>, which the caller keeps, at level Info.</summary>
    internal MonitorLog(string instanceId, Stream target, TimeProvider time)
    {
        _instanceId = instanceId;
        _target = target;
        _time = time;
    }

    /// <summary>Lines that could not be written.</summary>
    internal long MissedLines { get; private set; }

    /// <summary>Changes what is given: target, level, what lines show.</summary>
    /// <exception cref="IOException">The target cannot be opened; nothing changed.</exception>
    internal void Configure(string? path, LogLevel? level, bool? showLevel, bool? showOrigin)
    {
        Stream? target = path is null ? null : OutputFile.Open(path);
        lock (_lock)
        {
            if (target is not null)
            {
                DisposeTargetLocked();
                _target = target;
                _ownsTarget = true;
            }

            _least = level ?? LogLevel.Info;
            _showLevel = showLevel ?? _showLevel;
            _showOrigin = showOrigin ?? _showOrigin;
        }
    }

    /// <summary>Logs an error.</summary>
    internal void Error(string message) => Write(LogLevel.Error, message);

    /// <summary>Logs a warning.</summary>
    internal void Warn(string message) => Write(LogLevel.Warn, message);

    /// <summary>Logs what operators want to know.</summary>
    internal void Info(string message) => Write(LogLevel.Info, message);

    /// <summary>Logs what developers want to know.</summary>
    internal void Debug(string message) => Write(LogLevel.Debug, message);

    public void Dispose()
    {
        lock (_lock)
        {
            DisposeTargetLocked();
        }
    }

    private void Write(LogLevel level, string message)
    {
        lock (_lock)
        {
            if (level < _least)
            {
                return;
            }

            try
            {
                _target.Write(Encoding.UTF8.GetBytes(FormatLocked(level, message)));
                _target.Flush();
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                MissedLines++;
            }
        }
    }

    // 2025-11-22T03:29:00.123456700 [id:thread:LEVEL] message
    private string FormatLocked(LogLevel level, string message)
    {
        StringBuilder line = new();
        line.Append(_time.GetLocalNow().ToString("yyyy-MM-ddTHH:mm:ss.fffffff", CultureInfo.InvariantCulture));
        line.Append("00 [").Append(_instanceId).Append(':').Append(Thread.CurrentThread.Name ?? "main");
        if (_showLevel)
        {
            line.Append(':').Append(LogLevels.Name(level).ToUpperInvariant());
        }

        if (_showOrigin)
        {
            line.Append(":thaw-vmm");
        }

        return line.Append("] ").Append(message.ReplaceLineEndings(" ")).Append('\n').ToString();
    }

    private void DisposeTargetLocked()
    {
        if (_ownsTarget)
        {
            _target.Dispose();
        }
    }
}
