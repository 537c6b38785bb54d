namespace Thaw.Worker.Monitors;

/// <summary>Monitors started ahead of need, so that a start does not wait for a process to come up.</summary>
internal sealed class MonitorPool(IMonitorFactory factory, int countMax) : IAsyncDisposable
{
    /// <summary>Guards the fields below.</summary>
    private readonly Lock _gate = new();
    private readonly Queue<IMonitor> _ready = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _filling = Task.CompletedTask;
    private bool _isStopping;

    /// <summary>How many monitors wait.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
            {
                return _ready.Count;
            }
        }
    }

    /// <summary>Takes a monitor that waits, or starts one.</summary>
    /// <exception cref="WorkerException">None could be started.</exception>
    internal async Task<IMonitor> TakeAsync(CancellationToken cancellationToken)
    {
        while (TryDequeue() is { } monitor)
        {
            if (!monitor.Exited.IsCompleted)
            {
                return monitor;
            }
            await monitor.DisposeAsync().ConfigureAwait(false);
        }
        return await factory.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Starts monitors in the background until the pool is full. Called after an answer, not while a start needs
    /// the machine.
    /// </summary>
    internal void Replenish()
    {
        lock (_gate)
        {
            if (!_isStopping && _filling.IsCompleted && _ready.Count < countMax)
            {
                _filling = Task.Run(FillAsync);
            }
        }
    }

    /// <summary>Ends when nothing is being started in the background.</summary>
    internal Task UntilFilledAsync()
    {
        lock (_gate)
        {
            return _filling;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task filling;
        lock (_gate)
        {
            _isStopping = true;
            filling = _filling;
        }
        await _stopping.CancelAsync().ConfigureAwait(false);
        await filling.ConfigureAwait(false);
        while (TryDequeue() is { } monitor)
        {
            await monitor.DisposeAsync().ConfigureAwait(false);
        }
        _stopping.Dispose();
    }

    private IMonitor? TryDequeue()
    {
        lock (_gate)
        {
            return _ready.TryDequeue(out IMonitor? monitor) ? monitor : null;
        }
    }

    private async Task FillAsync()
    {
        while (Count < countMax && !_stopping.IsCancellationRequested)
        {
            IMonitor monitor;
            try
            {
                monitor = await factory.StartAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is WorkerException or OperationCanceledException)
            {
                // Whoever needs a monitor starts one and is told why that fails.
                return;
            }
            lock (_gate)
            {
                _ready.Enqueue(monitor);
            }
        }
    }
}
