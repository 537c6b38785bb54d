using Thaw.Linux;
using Thaw.Monitor.Logging;
using Thaw.Monitor.Models;
using Thaw.Monitor.Paging;
using Thaw.Snapshot;
using Thaw.Vmm;
using Thaw.Vmm.Boot;
using Thaw.Vmm.Machine;
using Thaw.Vmm.Snapshots;

namespace Thaw.Monitor.Control;

/// <summary>The microVM behind the API, on KVM.</summary>
internal sealed class VmmController : IMicrovmController
{
    private readonly EventLoop _loop;
    private readonly MonitorLog _log;
    private readonly TimeProvider _time;
    private readonly SerialOutput _serial;
    private readonly Action<MicrovmEnd> _onEnd;
    private readonly Action<string> _onMemoryLost;
    private Microvm? _microvm;
    private HandlerConnection? _handler;
    private VmConfig _config = new();

    /// <summary>No microVM yet.</summary>
    /// <param name="loop">Runs the microVM's devices.</param>
    /// <param name="log">The monitor's log.</param>
    /// <param name="time">Host time.</param>
    /// <param name="serial">Where the console goes.</param>
    /// <param name="onEnd">Hears when the guest ends, on the loop's thread.</param>
    /// <param name="onMemoryLost">
    /// Hears on any thread when guest memory cannot be had any more. Others may wait for it, the loop's thread too.
    /// </param>
    internal VmmController(
        EventLoop loop, MonitorLog log, TimeProvider time, SerialOutput serial, Action<MicrovmEnd> onEnd,
        Action<string> onMemoryLost)
    {
        _loop = loop;
        _log = log;
        _time = time;
        _serial = serial;
        _onEnd = onEnd;
        _onMemoryLost = onMemoryLost;
    }

    public InstanceState State => _microvm?.State switch
    {
        null => InstanceState.NotStarted,
        MicrovmRunState.Paused => InstanceState.Paused,
        _ => InstanceState.Running,
    };

    public VmConfig Config => _config;

    public ControlResult Start(VmConfig config)
    {
        if (config.BootSource is not { } bootSource)
        {
            return ControlResult.Failed("Start microvm error: Cannot start microvm without kernel configuration.");
        }

        if (ConfigTranslation.FindUnsupported(config) is { } fault)
        {
            return ControlResult.Failed(fault);
        }

        return Try("Start microvm error", isFatal: false, () =>
        {
            Adopt(Microvm.Boot(ConfigTranslation.ToVmm(config, bootSource), MakeEnvironment(config.Serial)), config);
            _microvm!.Resume();
        });
    }

    public ControlResult LoadSnapshot(LoadSnapshotRequest request, MemoryBackend memory, SerialConfig? serial)
    {
        if (RestoreTranslation.FindFault(request, memory) is { } fault)
        {
            return ControlResult.Failed(fault);
        }

        // As in other monitors, a restore that fails half-way leaves a process that nobody should trust.
        return Try("Load snapshot error: Failed to restore from snapshot", isFatal: true, () =>
        {
            IGuestMemoryProvider? provider = FindProvider(memory);
            Microvm microvm = Microvm.Restore(
                RestoreTranslation.ToVmm(request, memory, provider), MakeEnvironment(serial));
            Adopt(microvm, ConfigTranslation.FromVmm(microvm.Config));
            if (request.ResumeVm)
            {
                microvm.Resume();
            }
        });
    }

    public ControlResult Pause() => Try("Internal VMM error", isFatal: false, () => _microvm!.Pause());

    public ControlResult Resume() => Try("Internal VMM error", isFatal: false, () => _microvm!.Resume());

    public ControlResult CreateSnapshot(CreateSnapshotRequest request) => Try(
        "Create snapshot error",
        isFatal: false,
        () =>
        {
            SnapshotResult result = _microvm!.CreateSnapshot(new SnapshotRequest
            {
                Kind = request.SnapshotType == SnapshotType.Diff ? SnapshotKind.Diff : SnapshotKind.Full,
                StatePath = request.SnapshotPath,
                MemoryPath = request.MemFilePath,
            });
            _log.Info(
                $"Snapshot {result.Id}: {result.PresentBytes} of {result.GuestBytes} bytes of memory are in its file.");
        });

    public ControlResult UpdateDrive(DriveUpdate update) => Try("Drive config error", isFatal: false, () =>
    {
        string path = update.PathOnHost ?? "";
        _microvm!.UpdateDrive(update.DriveId, path);
        _config = _config with
        {
            Drives = [.. _config.Drives.Select(d => d.DriveId == update.DriveId ? d with { PathOnHost = path } : d)],
        };
    });

    public ControlResult SendCtrlAltDel() =>
        ControlResult.Failed(Api.ApiErrors.NotSupportedYet("SendCtrlAltDel"));

    public MicrovmStats ReadStats() => ProcessUsage.Read((long)(_microvm?.ExitCount ?? 0));

    public void Dispose()
    {
        _microvm?.Dispose();
        _handler?.Dispose();
    }

    private IGuestMemoryProvider? FindProvider(MemoryBackend memory)
    {
        if (memory.BackendType == MemoryBackendType.File)
        {
            return null;
        }

        _handler = HandlerConnection.Open(memory.BackendPath, _onMemoryLost);
        return memory.BackendType == MemoryBackendType.Uffd
            ? new UffdMemory(_handler)
            : new SharedImageMemory(_handler);
    }

    private void Adopt(Microvm microvm, VmConfig config)
    {
        _microvm = microvm;
        _config = config;
        microvm.OnEnd = _onEnd;
    }

    private MicrovmEnvironment MakeEnvironment(SerialConfig? serial) => new()
    {
        Loop = _loop,
        Time = _time,
        ConsoleSink = _serial.Open(serial?.SerialOutPath),
        FillRandom = static buffer => HostRandom.Fill(buffer),
    };

    private static ControlResult Try(string what, bool isFatal, Action action)
    {
        try
        {
            action();
            return ControlResult.Done;
        }
        catch (Exception e) when (e is MicrovmException or BootException or SnapshotException or IOException
            or NotSupportedException or TimeoutException or UnauthorizedAccessException)
        {
            return new ControlResult($"{what}: {e.Message}", isFatal);
        }
    }
}
