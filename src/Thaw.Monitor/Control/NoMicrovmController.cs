using Thaw.Monitor.Models;

namespace Thaw.Monitor.Control;

/// <summary>Stands in where no microVM can be made: every action fails and says so.</summary>
internal sealed class NoMicrovmController : IMicrovmController
{
    private const string Fault = "Start microvm error: This build has no virtual machine.";

    public InstanceState State => InstanceState.NotStarted;

    public VmConfig Config { get; } = new();

    public ControlResult Start(VmConfig config) => ControlResult.Failed(Fault);

    public ControlResult LoadSnapshot(LoadSnapshotRequest request, MemoryBackend memory) => ControlResult.Failed(Fault);

    public ControlResult Pause() => ControlResult.Failed(Fault);

    public ControlResult Resume() => ControlResult.Failed(Fault);

    public ControlResult CreateSnapshot(CreateSnapshotRequest request) => ControlResult.Failed(Fault);

    public ControlResult UpdateDrive(DriveUpdate update) => ControlResult.Failed(Fault);

    public ControlResult SendCtrlAltDel() => ControlResult.Failed(Fault);

    public MicrovmStats ReadStats() => new() { CpuTimeUs = 0, PrivateBytes = 0, ResidentBytes = 0, Exits = 0 };

    public void Dispose()
    {
    }
}
