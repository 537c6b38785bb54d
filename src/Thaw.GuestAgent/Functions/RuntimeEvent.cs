namespace Thaw.GuestAgent.Functions;

/// <summary>What moves a runtime from one <see cref="RuntimeState"/> to another.</summary>
internal enum RuntimeEvent
{
    /// <summary>The runtime asks which function it is for.</summary>
    StartNext,

    /// <summary>The runtime is told which function it is for.</summary>
    Start,

    /// <summary>The runtime asks for /invocation/next.</summary>
    Next,

    /// <summary>The runtime asks for /restore/next.</summary>
    RestoreNext,

    /// <summary>The runtime posts to /init/error.</summary>
    InitError,

    /// <summary>The runtime posts to /restore/error.</summary>
    RestoreError,

    /// <summary>The runtime posts a response.</summary>
    Response,

    /// <summary>The runtime posts an invocation's error.</summary>
    ErrorResponse,

    /// <summary>An invocation is handed to the waiting runtime.</summary>
    Deliver,

    /// <summary>A clone is unique and may run its hooks.</summary>
    Restore,

    /// <summary>The process ended or was killed.</summary>
    Exit,
}
