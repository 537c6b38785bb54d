namespace Thaw.Worker.Monitors;

/// <summary>Starts monitors.</summary>
internal interface IMonitorFactory
{
    /// <summary>Starts a monitor that has no microVM yet, and waits until its API answers.</summary>
    /// <exception cref="WorkerException">It could not be started, or ended at once.</exception>
    Task<IMonitor> StartAsync(CancellationToken cancellationToken);
}
