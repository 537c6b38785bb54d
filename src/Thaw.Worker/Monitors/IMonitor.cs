namespace Thaw.Worker.Monitors;

/// <summary>
/// A monitor's process and what the worker may do with it. Disposing of it ends it and removes its files.
/// </summary>
internal interface IMonitor : IAsyncDisposable
{
    /// <summary>The microVM's id.</summary>
    string Id { get; }

    /// <summary>The microVM's files.</summary>
    MicrovmPaths Paths { get; }

    /// <summary>The monitor's API.</summary>
    MonitorClient Client { get; }

    /// <summary>Ends when the process does; its result is the exit code.</summary>
    Task<int> Exited { get; }

    /// <summary>The end of what the guest's console and the monitor wrote.</summary>
    ConsoleTail Console { get; }

    /// <summary>What the process used so far; null where it has ended.</summary>
    ProcessUsage? ReadUsage();

    /// <summary>Kills the process and waits until it is gone. May be called more than once.</summary>
    Task KillAsync();
}
