namespace Thaw.GuestAgent.Functions;

/// <summary>Where a function's runtime is in its life, as the Runtime API sees it.</summary>
internal enum RuntimeState
{
    /// <summary>The process starts without knowing its function.</summary>
    Preparing,

    /// <summary>The runtime is warm and waits for its function.</summary>
    Prepared,

    /// <summary>The process runs init code.</summary>
    Started,

    /// <summary>Init failed, by the runtime's own account.</summary>
    InitError,

    /// <summary>The runtime waits in /restore/next: the moment for a snapshot.</summary>
    RestoreReady,

    /// <summary>A clone runs its after-restore hooks.</summary>
    Restoring,

    /// <summary>The after-restore hooks failed.</summary>
    RestoreError,

    /// <summary>The runtime waits in /invocation/next.</summary>
    Ready,

    /// <summary>The handler runs.</summary>
    Running,

    /// <summary>The handler's answer was taken; the runtime has not come back yet.</summary>
    RuntimeResponseSent,

    /// <summary>The process is gone or on its way.</summary>
    Exited,
}
