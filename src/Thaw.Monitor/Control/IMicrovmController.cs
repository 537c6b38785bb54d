using Thaw.Monitor.Models;

namespace Thaw.Monitor.Control;

/// <summary>The microVM behind the API. All members are called on the event loop's thread.</summary>
/// <remarks>
/// <see cref="MicrovmSession"/> has checked the life cycle before it calls: <see cref="Start"/> and
/// <see cref="LoadSnapshot"/> come once, the others only after one of them succeeded.
/// </remarks>
internal interface IMicrovmController : IDisposable
{
    /// <summary>Life of the microVM.</summary>
    InstanceState State { get; }

    /// <summary>
    /// What the microVM is made of; after a restore, what the snapshot says with the request's overrides.
    /// </summary>
    VmConfig Config { get; }

    /// <summary>Builds the microVM and lets its vCPUs run. <paramref name="config"/> has a boot source.</summary>
    ControlResult Start(VmConfig config);

    /// <summary>Restores a microVM; its vCPUs run if <see cref="LoadSnapshotRequest.ResumeVm"/>.</summary>
    ControlResult LoadSnapshot(LoadSnapshotRequest request, MemoryBackend memory, SerialConfig? serial);

    /// <summary>Stops all vCPUs; does nothing when they are.</summary>
    ControlResult Pause();

    /// <summary>Lets all vCPUs run; does nothing when they do.</summary>
    ControlResult Resume();

    /// <summary>Writes a snapshot of the paused microVM.</summary>
    ControlResult CreateSnapshot(CreateSnapshotRequest request);

    /// <summary>Puts another file behind a drive. <see cref="DriveUpdate.PathOnHost"/> is set.</summary>
    ControlResult UpdateDrive(DriveUpdate update);

    /// <summary>Presses Ctrl, Alt and Del on the guest's keyboard.</summary>
    ControlResult SendCtrlAltDel();

    /// <summary>What the microVM has used so far.</summary>
    MicrovmStats ReadStats();
}
