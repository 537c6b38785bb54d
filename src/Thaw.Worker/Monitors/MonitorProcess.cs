using System.Diagnostics;

namespace Thaw.Worker.Monitors;

/// <summary>A monitor in a process of its own.</summary>
internal sealed class MonitorProcess : IMonitor
{
    private readonly Process _process;

    private MonitorProcess(string id, MicrovmPaths paths, Process process, MonitorClient client)
    {
        Id = id;
        Paths = paths;
        Client = client;
        _process = process;
        Exited = WatchAsync();
    }

    /// <inheritdoc/>
    public string Id { get; }

    /// <inheritdoc/>
    public MicrovmPaths Paths { get; }

    /// <inheritdoc/>
    public MonitorClient Client { get; }

    /// <inheritdoc/>
    public Task<int> Exited { get; }

    /// <inheritdoc/>
    public ConsoleTail Console { get; } = new();

    /// <summary>Takes charge of a process that was just spawned with redirected output.</summary>
    internal static MonitorProcess Adopt(string id, MicrovmPaths paths, Process process, MonitorClient client)
    {
        MonitorProcess monitor = new(id, paths, process, client);
        ProcessIdentity.TryOf(process.Id)?.WriteFile(paths.ProcessFile);
        return monitor;
    }

    /// <inheritdoc/>
    public ProcessUsage? ReadUsage() => Exited.IsCompleted ? null : ProcessUsage.TryRead(_process.Id);

    /// <inheritdoc/>
    public async Task KillAsync()
    {
        if (!Exited.IsCompleted)
        {
            // Safe against a later process of the same id: the runtime knows when it has reaped this one.
            _process.Kill();
        }
        await Exited.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync().ConfigureAwait(false);
        Client.Dispose();
        _process.Dispose();
        if (Directory.Exists(Paths.Directory))
        {
            Directory.Delete(Paths.Directory, recursive: true);
        }
    }

    private async Task<int> WatchAsync()
    {
        await using ConsoleCapture capture = new(Console, Paths.ConsoleLog);
        Task output = capture.DrainAsync(_process.StandardOutput.BaseStream);
        Task error = capture.DrainAsync(_process.StandardError.BaseStream);
        await _process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        await Task.WhenAll(output, error).ConfigureAwait(false);
        return _process.ExitCode;
    }
}
