using System.Text.Json.Serialization;

namespace Thaw.Protocol;

/// <summary>
/// Host to guest: run the handler; the body is the event. Answered by <see cref="InvokeDone"/>.
/// </summary>
public sealed record Invoke : AgentMessage
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override FrameKind Kind => FrameKind.Invoke;

    /// <summary>The invocation's id, a UUID.</summary>
    public required string RequestId { get; init; }

    /// <summary>When the invocation times out, by the wall clock that the function sees.</summary>
    public required long DeadlineUnixMs { get; init; }

    /// <summary>How long the agent gives the handler, by its monotonic clock.</summary>
    public required int TimeoutMs { get; init; }

    /// <summary>The X-Ray trace header, if any.</summary>
    public string? TraceId { get; init; }

    /// <summary>The mobile client context as JSON, if any.</summary>
    public string? ClientContext { get; init; }

    /// <summary>The Cognito identity as JSON, if any.</summary>
    public string? CognitoIdentity { get; init; }
}
