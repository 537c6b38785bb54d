using System.Diagnostics;
using System.Globalization;

namespace Thaw.Worker.Monitors;

/// <summary>A process, told from a later one of the same id by when it started.</summary>
/// <param name="Id">The process id.</param>
/// <param name="StartTicks">When it started, in clock ticks since the machine did.</param>
internal sealed record ProcessIdentity(int Id, long StartTicks)
{
    /// <summary>Where state and start time are in /proc/PID/stat, counted after the name in parentheses.</summary>
    private const int StateField = 0;
    private const int StartField = 19;

    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(5);

    /// <summary>Whether the process still runs; one that only waits to be reaped does not.</summary>
    internal bool IsRunning => TryOf(Id) == this;

    /// <summary>The identity of a process that runs; null where there is none.</summary>
    internal static ProcessIdentity? TryOf(int processId) =>
        ReadStat(processId) is { } fields && fields.Length > StartField && fields[StateField] is not ("Z" or "X")
        && long.TryParse(fields[StartField], CultureInfo.InvariantCulture, out long start)
            ? new ProcessIdentity(processId, start)
            : null;

    internal static ProcessIdentity? TryReadFile(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }
        string[] words = File.ReadAllText(path).Split(' ', StringSplitOptions.TrimEntries);
        return words.Length == 2 && int.TryParse(words[0], CultureInfo.InvariantCulture, out int id) && id > 1
            && long.TryParse(words[1], CultureInfo.InvariantCulture, out long start)
            ? new ProcessIdentity(id, start)
            : null;
    }

    internal void WriteFile(string path) => File.WriteAllText(
        path, string.Create(CultureInfo.InvariantCulture, $"{Id} {StartTicks}\n"));

    /// <summary>Kills the process, if it still runs, and waits until it is gone.</summary>
    /// <returns>Whether it ran.</returns>
    internal async Task<bool> EndAsync(TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!IsRunning)
        {
            return false;
        }
        try
        {
            using Process process = Process.GetProcessById(Id);
            process.Kill();
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException)
        {
            // It ended by itself in between.
            return true;
        }
        long began = time.GetTimestamp();
        while (IsRunning)
        {
            if (time.GetElapsedTime(began) > timeout)
            {
                throw new WorkerException(
                    WorkerFault.MonitorUnavailable,
                    $"The monitor with process id {Id}, left by an earlier service, can't be killed.");
            }
            await Task.Delay(s_pollInterval, time, cancellationToken).ConfigureAwait(false);
        }
        return true;
    }

    private static string[]? ReadStat(int processId)
    {
        try
        {
            string text = File.ReadAllText($"/proc/{processId}/stat");
            // The name may have spaces and parentheses of its own; the last one closes it.
            return text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
