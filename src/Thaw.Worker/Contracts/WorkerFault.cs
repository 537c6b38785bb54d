namespace Thaw.Worker;

/// <summary>Why the worker could not do what was asked.</summary>
public enum WorkerFault
{
    /// <summary>Too many requests wait already, or one waited too long.</summary>
    Throttled,

    /// <summary>The function asks for more than this machine may give.</summary>
    TooLarge,

    /// <summary>Kernel, initramfs or the runtime's image is missing or broken.</summary>
    ImageMissing,

    /// <summary>The monitor could not be started, or does not answer.</summary>
    MonitorUnavailable,

    /// <summary>The monitor refused a request.</summary>
    MonitorRefused,

    /// <summary>The guest did not come up in time, or ended while it booted.</summary>
    BootFailed,

    /// <summary>The function's init code failed.</summary>
    InitFailed,

    /// <summary>The function's init code ran past its limit.</summary>
    InitTimedOut,

    /// <summary>The function could not be brought to rest for its snapshot.</summary>
    QuiesceFailed,

    /// <summary>The snapshot would have held a secret that it must not hold.</summary>
    SecretFound,

    /// <summary>The version's snapshot is missing, broken, or made on other images.</summary>
    SnapshotInvalid,

    /// <summary>No layer of the store is meant, or several are.</summary>
    SnapshotUnknown,

    /// <summary>The keys that a snapshot is under were revoked.</summary>
    KeyRevoked,

    /// <summary>The store of snapshots could not be used.</summary>
    StoreFailed,

    /// <summary>An export file is damaged, or its passphrase another.</summary>
    ExportRefused,

    /// <summary>A clone could not be made unique and ready.</summary>
    RestoreFailed,

    /// <summary>A clone was not ready in time.</summary>
    RestoreTimedOut,

    /// <summary>The microVM ended, or stopped making sense, while it was in use.</summary>
    MicrovmLost,

    /// <summary>The worker is shutting down.</summary>
    Stopping,
}
