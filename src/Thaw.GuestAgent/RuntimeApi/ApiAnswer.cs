using Thaw.GuestAgent.Functions;

namespace Thaw.GuestAgent.RuntimeApi;

/// <summary>What a call of the Runtime API is answered with.</summary>
internal sealed record ApiAnswer
{
    /// <summary>The call is taken (202).</summary>
    internal static readonly ApiAnswer Accepted = new() { Status = 202 };

    /// <summary>The clone may run its hooks (200).</summary>
    internal static readonly ApiAnswer RestoreNow = new() { Status = 200 };

    /// <summary>No answer: the connection is closed.</summary>
    internal static readonly ApiAnswer Closed = new() { Status = 0 };

    /// <summary>The HTTP status; 0 closes the connection without an answer.</summary>
    internal required int Status { get; init; }

    /// <summary>The error's type, in Lambda's words.</summary>
    internal string? ErrorType { get; init; }

    /// <summary>The error's message, in Lambda's words.</summary>
    internal string? ErrorMessage { get; init; }

    /// <summary>The invocation to answer /invocation/next with.</summary>
    internal Invocation? Invocation { get; init; }

    /// <summary>The body of another answer.</summary>
    internal ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>A call that has no place in the runtime's present state (403).</summary>
    internal static ApiAnswer NotAllowed(RuntimeState from, RuntimeEvent what) => new()
    {
        Status = 403,
        ErrorType = "InvalidStateTransition",
        ErrorMessage = $"State transition from {from} to {RuntimeStateMachine.TargetName(what)} failed for runtime. "
            + "Error: State transition is not allowed",
    };

    /// <summary>A response to another invocation than the one that runs (400).</summary>
    internal static ApiAnswer InvalidRequestId() =>
        new() { Status = 400, ErrorType = "InvalidRequestID", ErrorMessage = "Invalid request ID" };

    /// <summary>A body beyond its limit (413).</summary>
    internal static ApiAnswer TooLarge(int limitBytes) => new()
    {
        Status = 413,
        ErrorType = "RequestEntityTooLarge",
        ErrorMessage = $"Exceeded maximum allowed payload size ({limitBytes} bytes).",
    };
}
