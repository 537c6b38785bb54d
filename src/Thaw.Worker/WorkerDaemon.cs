using Thaw.Store.S3;
using Thaw.Worker.Agents;
using Thaw.Worker.Bases;
using Thaw.Worker.Checks;
using Thaw.Worker.Images;
using Thaw.Worker.Layers;
using Thaw.Worker.Microvms;
using Thaw.Worker.Monitors;
using Thaw.Worker.Paging;
using Thaw.Worker.Scheduling;
using Thaw.Worker.Snapshots;

namespace Thaw.Worker;

/// <summary>Runs functions in microVMs on this machine.</summary>
public sealed class WorkerDaemon : IFunctionHost
{
    private static readonly TimeSpan s_sweepInterval = TimeSpan.FromSeconds(10);
    private readonly WorkerOptions _options;
    private readonly TimeProvider _time;
    private readonly DataDirectoryLock _lock;
    private readonly MonitorSpawner? _spawner;
    private readonly ImageCatalog _images;
    private readonly MonitorPool _monitors;
    private readonly SnapshotStore _snapshots;
    private readonly VerifiedSnapshots _verified;
    private readonly StoreStack _store;
    private readonly StoreProbe? _probe;
    private readonly SnapshotVault _vault;
    private readonly SnapshotTree _tree;
    private readonly SnapshotFetcher _fetcher;
    private readonly PagerHost _pager;
    private readonly FailureLog _failures;
    private readonly SnapshotBuilder _builder;
    private readonly InvocationRunner _runner;
    private readonly MicrovmSource _microvms;
    private readonly FunctionChecks _checks;
    private readonly BackgroundWork _work = new();
    private readonly SemaphoreSlim _publications = new(WorkerLimits.PublicationsMax);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ITimer _sweeper;

    private WorkerDaemon(WorkerOptions options, WorkerParts parts, DataDirectoryLock dataLock, RunDirectory directory)
    {
        _options = options;
        _time = parts.Time;
        _lock = dataLock;
        IMonitorFactory factory;
        if (parts.Monitors is null)
        {
            _spawner = new MonitorSpawner();
            factory = new MonitorProcessFactory(options, directory, _spawner, _time);
        }
        else
        {
            factory = parts.Monitors(directory);
        }
        _images = new ImageCatalog(options.ImagesDirectory);
        _monitors = new MonitorPool(factory, options.PooledMonitors);
        _snapshots = new SnapshotStore(options.DataDirectory);
        _verified = new VerifiedSnapshots(_snapshots);
        _failures = new FailureLog(_time);
        _store = StoreStack.Open(parts.Store(options.Store), TimeProvider.System);
        _probe = _store.Setup.IsRemote ? new StoreProbe(_store.Setup.Location, _store.ProbeAsync, _time) : null;
        _vault = new SnapshotVault(_store, TimeProvider.System);
        MicrovmLauncher launcher = new(options, _images, _monitors, _failures, _time);
        CloneLoader loader = new(options, _images, _monitors, _failures, parts.Random, _time);
        SnapshotTaker taker = new(options);
        BaseBuilder baseBuilder = new(launcher, loader, taker, _vault, _snapshots, _images, _failures, _time);
        BaseSnapshots bases = new(
            options, _images, baseBuilder, _vault, _snapshots, _work, _time, _stopping.Token);
        _tree = new SnapshotTree(_store, _vault, ForgetAccountAsync, bases);
        _pager = new PagerHost(options, TimeProvider.System);
        _builder = new SnapshotBuilder(
            launcher, loader, bases, taker, _vault, _snapshots, _pager, _failures, _time);
        _fetcher = new SnapshotFetcher(_vault, _snapshots, _verified, _pager);
        CloneStarter clones = new(loader, _snapshots, _fetcher, _verified, _pager, parts.Random);
        _runner = new InvocationRunner(options, _time);
        _microvms = new MicrovmSource(options, launcher, clones, _vault, _failures, _work, _time);
        CaptureRunner captures = new(options, _microvms, _runner, _failures, _time);
        SnapshotReading reading = new(_snapshots, _vault);
        _checks = new FunctionChecks(
            new UniquenessCheck(options, captures, reading, _images), new SecretsCheck(reading));
        _sweeper = _time.CreateTimer(_ => Sweep(), null, s_sweepInterval, s_sweepInterval);
    }

    /// <inheritdoc/>
    public WorkerStatus Status
    {
        get
        {
            (int microvms, int idle, int memoryMib, int queued) = _microvms.Counts;
            return new WorkerStatus
            {
                Microvms = microvms,
                MicrovmsMax = _options.MicrovmsMax,
                Idle = idle,
                Queued = queued,
                MemoryMib = memoryMib,
                MemoryMibMax = _options.MemoryMibMax,
                PooledMonitors = _monitors.Count,
                Restores = _microvms.Restores,
                StartRetries = _microvms.StartRetries,
                Impediment = FindImpediment(),
                StoreProblem = _probe?.Problem,
            };
        }
    }

    /// <inheritdoc/>
    public ISnapshotTree Tree => _tree;

    /// <inheritdoc/>
    public IFunctionChecks Checks => _checks;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Runtimes
    {
        get
        {
            try
            {
                return [.. _images.Get().Runtimes.Keys];
            }
            catch (WorkerException)
            {
                // Said by Status, and by every start.
                return [];
            }
        }
    }

    /// <summary>
    /// Starts a worker: takes the data directory, and clears away what an earlier worker left running.
    /// </summary>
    /// <exception cref="WorkerException">The data directory can't be used.</exception>
    public static Task<WorkerDaemon> StartAsync(WorkerOptions options, CancellationToken cancellationToken) =>
        StartAsync(options, new WorkerParts(), cancellationToken);

    internal static async Task<WorkerDaemon> StartAsync(
        WorkerOptions options, WorkerParts parts, CancellationToken cancellationToken)
    {
        RunDirectory directory = new(options.DataDirectory, parts.Random);
        DataDirectoryLock dataLock = DataDirectoryLock.Acquire(options.DataDirectory);
        try
        {
            await directory.RecoverAsync(parts.Time, cancellationToken).ConfigureAwait(false);
            WorkerDaemon daemon = new(options, parts, dataLock, directory);
            await daemon.RemoveUnfinishedAsync(cancellationToken).ConfigureAwait(false);
            UniquenessCheck.RemoveLeftovers(options);
            // Reads all images once, now rather than within the first start. What is wrong is told by Status.
            daemon.FindImpediment();
            daemon._monitors.Replenish();
            daemon.ProbeStore();
            // Whether there is a pager is said by the first start that needs it.
            _ = daemon._work.Add(daemon._pager.BeginAsync(daemon._stopping.Token));
            return daemon;
        }
        catch
        {
            dataLock.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<PublishOutcome>> PublishAsync(FunctionSpec spec, CancellationToken cancellationToken) =>
        _work.Add(PublishCoreAsync(spec, cancellationToken));

    /// <inheritdoc/>
    /// <remarks>
    /// A caller who goes away ends the waiting and the start; an invocation that has begun runs to its end, as on
    /// Lambda.
    /// </remarks>
    public Task<InvokeOutcome> InvokeAsync(InvokeOrder order, CancellationToken cancellationToken) =>
        _work.Add(InvokeCoreAsync(order, cancellationToken));

    /// <inheritdoc/>
    public async Task RetireAsync(string functionName, string? version, bool removeSnapshots)
    {
        await _microvms.RetireAsync(
            key => key.Name == functionName && (version is null || key.Version == version)).ConfigureAwait(false);
        if (removeSnapshots)
        {
            _verified.Forget(functionName, version);
            _snapshots.Remove(functionName, version);
        }
    }

    /// <inheritdoc/>
    public Task MoveSnapshotAsync(string functionName, string version, SnapshotCompaction compaction)
    {
        _snapshots.Relabel(functionName, version, compaction);
        _verified.Refresh(functionName, version);
        return _microvms.RetireAsync(key => key.Name == functionName && key.Version == version);
    }

    /// <inheritdoc/>
    public async Task RemoveSnapshotAsync(string snapshotId)
    {
        await _pager.CloseAsync(snapshotId).ConfigureAwait(false);
        await _vault.RemoveAsync(snapshotId, CancellationToken.None).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public IReadOnlyList<SnapshotSummary> ListSnapshots() => _snapshots.List();

    /// <inheritdoc/>
    public IReadOnlyList<MicrovmFailure> ListFailures() => _failures.List();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _sweeper.DisposeAsync().ConfigureAwait(false);
        await _microvms.RetireAsync(_ => true).ConfigureAwait(false);
        await _work.UntilDoneAsync().ConfigureAwait(false);
        await _monitors.DisposeAsync().ConfigureAwait(false);
        await _pager.DisposeAsync().ConfigureAwait(false);
        _spawner?.Dispose();
        await _store.DisposeAsync().ConfigureAwait(false);
        _checks.Dispose();
        _publications.Dispose();
        _stopping.Dispose();
        _lock.Dispose();
    }

    private async Task<IReadOnlyList<PublishOutcome>> PublishCoreAsync(
        FunctionSpec spec, CancellationToken cancellationToken)
    {
        using CancellationTokenSource both = LinkStopping(cancellationToken);
        await _publications.WaitAsync(both.Token).ConfigureAwait(false);
        try
        {
            GuestSize size = MicrovmSource.SizeOf(spec);
            Lease lease = await _microvms.EnterAsync(spec.Key, size.MemoryMib, both.Token).ConfigureAwait(false);
            try
            {
                IReadOnlyList<PublishOutcome> outcomes = await _builder.BuildAsync(spec, size, both.Token)
                    .ConfigureAwait(false);
                foreach ((SnapshotKey key, PublishOutcome outcome) in SnapshotKey.AllOf(spec).Zip(outcomes))
                {
                    _verified.Trust(key);
                    await _pager.WarmAsync(outcome.SnapshotId, both.Token).ConfigureAwait(false);
                }
                return outcomes;
            }
            finally
            {
                _microvms.Leave(lease);
            }
        }
        finally
        {
            _publications.Release();
            _monitors.Replenish();
        }
    }

    private async Task<InvokeOutcome> InvokeCoreAsync(InvokeOrder order, CancellationToken cancellationToken)
    {
        long received = order.ReceivedTimestamp != 0 ? order.ReceivedTimestamp : _time.GetTimestamp();
        LogTail log = new();
        Microvm microvm;
        StartReport start;
        try
        {
            using CancellationTokenSource both = LinkStopping(cancellationToken);
            (microvm, start) = await _microvms.GetAsync(order, received, log, both.Token).ConfigureAwait(false);
        }
        catch (WorkerException failure) when (failure is
            { Fault: WorkerFault.InitFailed or WorkerFault.InitTimedOut, FunctionError: not null })
        {
            return InitFailure(failure, received, log);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            throw IsStopping();
        }
        bool isReusable = false;
        try
        {
            (InvokeOutcome outcome, isReusable) = await _runner.RunAsync(
                microvm, order, log, start, _stopping.Token).ConfigureAwait(false);
            if (microvm is { Paging: { } paged, IsSettled: false })
            {
                microvm.IsSettled = true;
                outcome = outcome with
                {
                    Paging = await PagerHost.SettleAsync(paged, CancellationToken.None).ConfigureAwait(false),
                };
            }
            return outcome;
        }
        catch (WorkerException failure)
        {
            WorkerException reason = await PagerHost.ExplainAsync(
                microvm.Paging, order.Spec.Key.ToString(), failure).ConfigureAwait(false);
            throw await _failures.ReportAsync(microvm.Monitor, order.Spec.Key, reason).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            throw IsStopping();
        }
        finally
        {
            _microvms.Return(microvm, isReusable && !order.Fresh);
            _monitors.Replenish();
        }
    }

    private InvokeOutcome InitFailure(WorkerException failure, long received, LogTail log)
    {
        TimeSpan after = _time.GetElapsedTime(received);
        log.AppendLine($"INIT_REPORT Status: error\tError Type: {failure.FunctionError!.ErrorType}");
        return new InvokeOutcome
        {
            Payload = InvocationRunner.ErrorBody(failure.FunctionError),
            FunctionError = "Unhandled",
            LogTail = log.ToArray(),
            StartKind = StartKind.Cold,
            MicrovmId = "",
            ReadyAfter = after,
            AnswerAfter = after,
        };
    }

    private CancellationTokenSource LinkStopping(CancellationToken cancellationToken) =>
        CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, cancellationToken);

    private string? FindImpediment()
    {
        if (_spawner is not null && !File.Exists(_options.MonitorPath))
        {
            return $"The monitor {_options.MonitorPath} is missing.";
        }
        try
        {
            _images.Get();
            return null;
        }
        catch (WorkerException failure)
        {
            return failure.Message;
        }
    }

    /// <summary>Layers that an earlier worker stored and had no time to keep: nobody knows of them.</summary>
    private async Task RemoveUnfinishedAsync(CancellationToken cancellationToken)
    {
        foreach (string layer in _snapshots.ListUnfinished())
        {
            await _vault.RemoveAsync(layer, cancellationToken).ConfigureAwait(false);
        }
        _snapshots.RemoveUnfinished();
    }

    /// <summary>Ends an account's microVMs and removes what is on this machine of its snapshots.</summary>
    private async Task ForgetAccountAsync(string account)
    {
        foreach (SnapshotSummary snapshot in _snapshots.List().Where(one => one.Account == account))
        {
            await RetireAsync(snapshot.FunctionName, snapshot.Version, removeSnapshots: true).ConfigureAwait(false);
            if (snapshot.SnapshotId is { } layer)
            {
                await _pager.CloseAsync(layer).ConfigureAwait(false);
            }
        }
    }

    private void Sweep()
    {
        _microvms.Sweep();
        ProbeStore();
        _ = _work.Add(_pager.CloseIdleAsync());
    }

    private void ProbeStore()
    {
        if (_probe is { } probe)
        {
            _ = _work.Add(Task.Run(() => probe.AskAsync(_stopping.Token)));
        }
    }

    private static WorkerException IsStopping() => new(WorkerFault.Stopping, "The service is shutting down.");
}
