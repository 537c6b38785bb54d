using System.ComponentModel;
using System.Diagnostics;

namespace Thaw.Worker.Monitors;

/// <summary>Starts monitors as processes.</summary>
internal sealed class MonitorProcessFactory(
    WorkerOptions options, RunDirectory directory, MonitorSpawner spawner, TimeProvider time) : IMonitorFactory
{
    /// <inheritdoc/>
    public async Task<IMonitor> StartAsync(CancellationToken cancellationToken)
    {
        (string id, MicrovmPaths paths) = directory.Allocate();
        MonitorProcess monitor;
        try
        {
            Process process = await spawner.SpawnAsync(StartInfoOf(id, paths)).ConfigureAwait(false);
            monitor = MonitorProcess.Adopt(
                id, paths, process, new MonitorClient(paths.ApiSocket, options.MonitorTimeout, time));
        }
        catch (Exception failure) when (failure is Win32Exception or IOException or UnauthorizedAccessException)
        {
            Directory.Delete(paths.Directory, recursive: true);
            throw new WorkerException(
                WorkerFault.MonitorUnavailable,
                $"The monitor {options.MonitorPath} can't be started: {failure.Message}", failure);
        }
        try
        {
            await monitor.Client.WaitUntilReadyAsync(monitor.Exited, cancellationToken).ConfigureAwait(false);
            return monitor;
        }
        catch (Exception failure)
        {
            await monitor.KillAsync().ConfigureAwait(false);
            string console = monitor.Console.Read();
            await monitor.DisposeAsync().ConfigureAwait(false);
            if (failure is WorkerException known)
            {
                throw new WorkerException(known.Fault, known.Message, known) { Console = console };
            }
            throw;
        }
    }

    private ProcessStartInfo StartInfoOf(string id, MicrovmPaths paths)
    {
        ProcessStartInfo start = new(options.MonitorPath)
        {
            ArgumentList =
                { "--api-sock", paths.ApiSocket, "--id", id, "--parent-death-signal", "KILL", "--level", "Warn" },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = paths.Directory,
        };
        // What the service was started with is none of the monitor's business.
        start.Environment.Clear();
        return start;
    }
}
