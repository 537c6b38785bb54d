using System.Text.Json.Serialization;

namespace Thaw.Protocol;

/// <summary>
/// Guest to host: how an invocation went. The body is what the caller gets: the handler's response, or the error as
/// JSON (as the runtime posted it, where it posted one).
/// </summary>
public sealed record InvokeDone : AgentMessage
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override FrameKind Kind => FrameKind.InvokeDone;

    /// <summary>The invocation's id.</summary>
    public required string RequestId { get; init; }

    /// <summary>Whether the handler answered.</summary>
    public required bool Ok { get; init; }

    /// <summary>The error, if not <see cref="Ok"/>; long texts are cut.</summary>
    public FunctionError? Error { get; init; }

    /// <summary>One of <see cref="InvokeErrorKind"/>, if not <see cref="Ok"/>.</summary>
    public string? ErrorKind { get; init; }

    /// <summary>How long the handler took, by the guest's monotonic clock.</summary>
    public double DurationMs { get; init; }

    /// <summary>The most memory that the function's cgroup used so far; 0 if unknown.</summary>
    public long MaxMemoryUsedBytes { get; init; }

    /// <summary>Whether the function's process lives on, so that another invocation may be sent.</summary>
    public bool Reusable { get; init; }
}
