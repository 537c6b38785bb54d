using Thaw.Monitor.Control;
using Thaw.Monitor.Models;

namespace Thaw.Monitor.Tests;

/// <summary>A microVM that only remembers what it was told, and answers as the test wants.</summary>
internal sealed class FakeController : IMicrovmController
{
    internal List<string> Calls { get; } = [];

    internal ControlResult NextResult { get; set; } = ControlResult.Done;

    internal LoadSnapshotRequest? Loaded { get; private set; }

    internal MemoryBackend? LoadedMemory { get; private set; }

    public InstanceState State { get; private set; } = InstanceState.NotStarted;

    public VmConfig Config { get; private set; } = new();

    public ControlResult Start(VmConfig config)
    {
        Config = config;
        return Record("start", InstanceState.Running);
    }

    public ControlResult LoadSnapshot(LoadSnapshotRequest request, MemoryBackend memory, SerialConfig? serial)
    {
        Loaded = request;
        LoadedMemory = memory;
        return Record("load", request.ResumeVm ? InstanceState.Running : InstanceState.Paused);
    }

    public ControlResult Pause() => Record("pause", InstanceState.Paused);

    public ControlResult Resume() => Record("resume", InstanceState.Running);

    public ControlResult CreateSnapshot(CreateSnapshotRequest request) =>
        Record($"create {request.SnapshotType}", State);

    public ControlResult UpdateDrive(DriveUpdate update) =>
        Record($"drive {update.DriveId} {update.PathOnHost}", State);

    public ControlResult SendCtrlAltDel() => Record("ctrl-alt-del", State);

    public MicrovmStats ReadStats() => new() { CpuTimeUs = 1, PrivateBytes = 2, ResidentBytes = 3, Exits = 4 };

    public void Dispose() => Calls.Add("dispose");

    private ControlResult Record(string call, InstanceState state)
    {
        Calls.Add(call);
        State = NextResult.IsDone ? state : State;
        return NextResult;
    }
}
