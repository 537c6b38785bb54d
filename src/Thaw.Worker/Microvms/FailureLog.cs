using Thaw.Worker.Monitors;

namespace Thaw.Worker.Microvms;

/// <summary>Remembers the last microVMs that failed, with their consoles.</summary>
internal sealed class FailureLog(TimeProvider time)
{
    /// <summary>How long a monitor that seems lost is given to end, so that the report can say how it did.</summary>
    private static readonly TimeSpan s_exitPatience = TimeSpan.FromMilliseconds(500);

    /// <summary>Guards the list.</summary>
    private readonly Lock _gate = new();
    private readonly LinkedList<MicrovmFailure> _failures = new();

    internal IReadOnlyList<MicrovmFailure> List()
    {
        lock (_gate)
        {
            return [.. _failures];
        }
    }

    /// <summary>Adds to a failure what the monitor's end and its console tell, and remembers it.</summary>
    internal async Task<WorkerException> ReportAsync(IMonitor monitor, FunctionKey key, WorkerException failure)
    {
        string message = failure.Message;
        if (failure.Fault is WorkerFault.MicrovmLost or WorkerFault.MonitorUnavailable or WorkerFault.BootFailed
            && await TryGetExitCodeAsync(monitor).ConfigureAwait(false) is { } exitCode)
        {
            message += $" Its monitor ended with exit code {exitCode}.";
        }
        string console = monitor.Console.Read();
        if (ConsoleText.FindPanic(console) is { } panic)
        {
            message += $" The guest's kernel gave up: {panic}";
        }
        MicrovmFailure report = new(
            monitor.Id, key.Name, key.Version, time.GetUtcNow(), failure.Fault, message, console);
        lock (_gate)
        {
            _failures.AddFirst(report);
            if (_failures.Count > WorkerLimits.FailuresMax)
            {
                _failures.RemoveLast();
            }
        }
        return new WorkerException(failure.Fault, message, failure)
        {
            FunctionError = failure.FunctionError,
            Console = console,
            IsTransient = failure.IsTransient,
        };
    }

    private async Task<int?> TryGetExitCodeAsync(IMonitor monitor)
    {
        try
        {
            return await monitor.Exited.WaitAsync(s_exitPatience, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }
}
