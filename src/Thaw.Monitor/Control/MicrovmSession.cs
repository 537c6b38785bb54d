using Thaw.Monitor.Api;
using Thaw.Monitor.Logging;
using Thaw.Monitor.Models;

namespace Thaw.Monitor.Control;

/// <summary>
/// The life of the monitor's one microVM: what may be said before it starts and what after. Used by the API and by
/// <c>--config-file</c> alike, on the event loop's thread.
/// </summary>
internal sealed class MicrovmSession
{
    private readonly MicrovmDefinition _definition = new();
    private readonly IMicrovmController _controller;
    private readonly MonitorLog _log;
    private readonly MonitorMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly string _id;
    private LoggerConfig? _logger;
    private MetricsConfig? _metricsConfig;
    private bool _started;

    internal MicrovmSession(
        string id, IMicrovmController controller, MonitorLog log, MonitorMetrics metrics, TimeProvider time)
    {
        _id = id;
        _controller = controller;
        _log = log;
        _metrics = metrics;
        _time = time;
    }

    /// <summary>Whether a failure left the process without use.</summary>
    internal bool HasFatalFault { get; private set; }

    /// <summary>Answer of <c>GET /</c>.</summary>
    internal InstanceInfo Info => new()
    {
        Id = _id,
        State = _started ? _controller.State : InstanceState.NotStarted,
        VmmVersion = MonitorVersion.Own,
        AppName = MonitorVersion.AppName,
    };

    /// <summary>Answer of <c>GET /machine-config</c>.</summary>
    internal MachineConfig Machine =>
        _started ? _controller.Config.MachineConfig ?? MachineConfigRules.Default : _definition.Machine;

    /// <summary>Answer of <c>GET /vm/config</c>.</summary>
    internal VmConfig Config => (_started ? _controller.Config : _definition.ToConfig()) with
    {
        Logger = _logger,
        Metrics = _metricsConfig,
        Serial = null,
    };

    internal ControlResult SetBootSource(BootSourceConfig config) =>
        BeforeStart(() => _definition.SetBootSource(config));

    internal ControlResult UpdateMachine(MachineConfigUpdate update) =>
        BeforeStart(() => _definition.UpdateMachine(update));

    internal ControlResult SetVsock(VsockConfig config) => BeforeStart(() => _definition.SetVsock(config));

    internal ControlResult SetEntropy(EntropyConfig config) => BeforeStart(() => _definition.SetEntropy(config));

    internal ControlResult SetSerial(SerialConfig config) => BeforeStart(() => _definition.SetSerial(config));

    internal ControlResult SetDrive(DriveConfig config) => _started
        ? ControlResult.Failed(ApiErrors.NotSupportedYet("Adding a drive to a running microVM"))
        : _definition.SetDrive(config);

    internal ControlResult SetPmem(PmemConfig config) => _started
        ? ControlResult.Failed(ApiErrors.NotSupportedYet("Adding a pmem device to a running microVM"))
        : _definition.SetPmem(config);

    internal ControlResult UpdateDrive(DriveUpdate update) => AfterStart(() =>
    {
        if (update.RateLimiter is not null)
        {
            return ControlResult.Failed(ApiErrors.NotSupportedYet("A rate limiter"));
        }

        return update.PathOnHost is null
            ? ControlResult.Failed("Drive config error: Unable to patch the block device: path_on_host is missing. "
                + "Please verify the request arguments.")
            : _controller.UpdateDrive(update);
    });

    internal ControlResult UpdatePmem(PmemUpdate update) => AfterStart(() => update.RateLimiter is null
        ? ControlResult.Done
        : ControlResult.Failed(ApiErrors.NotSupportedYet("A rate limiter")));

    internal ControlResult Start() => BeforeStart(() =>
    {
        if (!_definition.HasBootSource)
        {
            return ControlResult.Failed("Start microvm error: Cannot start microvm without kernel configuration.");
        }

        ControlResult result = _controller.Start(_definition.ToConfig());
        _started = result.IsDone;
        return result;
    });

    internal ControlResult LoadSnapshot(LoadSnapshotRequest request, MemoryBackend memory) => BeforeStart(() =>
    {
        if (_definition.IsForBoot)
        {
            return ControlResult.Failed("Load snapshot error: Loading a microVM snapshot not allowed after configuring "
                + "boot-specific resources.");
        }

        if (request.NetworkOverrides.Count > 0)
        {
            return ControlResult.Failed(ApiErrors.NotSupportedYet("A network override"));
        }

        ControlResult result = Timed(
            "load snapshot", () => _controller.LoadSnapshot(request, memory, _definition.Serial));
        _started = result.IsDone;
        return result;
    });

    internal ControlResult CreateSnapshot(CreateSnapshotRequest request) => AfterStart(() =>
        _controller.State == InstanceState.Paused
            ? Timed(
                request.SnapshotType == SnapshotType.Diff ? "create diff snapshot" : "create full snapshot",
                () => _controller.CreateSnapshot(request))
            : ControlResult.Failed("Create snapshot error: Cannot save the microVM state: save/restore operation "
                + "unavailable while the microVM is not paused."));

    internal ControlResult Pause() => AfterStart(() => Timed("pause vm", _controller.Pause));

    internal ControlResult Resume() => AfterStart(() => Timed("resume vm", _controller.Resume));

    internal ControlResult SendCtrlAltDel() => AfterStart(_controller.SendCtrlAltDel);

    internal ControlResult SetLogger(LoggerConfig config) => BeforeStart(() =>
    {
        try
        {
            _log.Configure(config.LogPath, config.Level, config.ShowLevel, config.ShowLogOrigin);
        }
        catch (IOException e)
        {
            return ControlResult.Failed($"Logger error: Failed to open target file: {e.Message}");
        }

        _logger = config;
        return ControlResult.Done;
    });

    internal ControlResult SetMetrics(MetricsConfig config) => BeforeStart(() =>
    {
        try
        {
            _metrics.Configure(config);
        }
        catch (IOException e)
        {
            return ControlResult.Failed(
                $"Metrics error: Cannot initialize the metrics system due to bad user input: {e.Message}");
        }

        _metricsConfig = config;
        return ControlResult.Done;
    });

    internal ControlResult FlushMetrics() => AfterStart(() =>
    {
        try
        {
            _metrics.Flush();
            return ControlResult.Done;
        }
        catch (IOException e)
        {
            return ControlResult.Failed($"Internal VMM error: Metrics cannot be written: {e.Message}");
        }
    });

    /// <summary>Answer of <c>GET /vm/stats</c>; null before the start.</summary>
    internal MicrovmStats? ReadStats() => _started ? _controller.ReadStats() : null;

    private ControlResult BeforeStart(Func<ControlResult> action) =>
        _started ? ControlResult.Failed(ApiErrors.PostBoot) : Remember(action());

    private ControlResult AfterStart(Func<ControlResult> action) =>
        _started ? Remember(action()) : ControlResult.Failed(ApiErrors.PreBoot);

    private ControlResult Remember(ControlResult result)
    {
        HasFatalFault |= result.IsFatal;
        return result;
    }

    private ControlResult Timed(string what, Func<ControlResult> action)
    {
        long start = _time.GetTimestamp();
        ControlResult result = action();
        long elapsedUs = (long)_time.GetElapsedTime(start).TotalMicroseconds;
        if (result.IsDone)
        {
            _log.Info($"'{what}' VMM action took {elapsedUs} us.");
            _metrics.Add($"latencies_us.{what.Replace(' ', '_')}", elapsedUs);
        }

        return result;
    }
}
