using System.Text.Json.Serialization;

namespace Thaw.Protocol;

/// <summary>
/// Guest to host: init ended. With <see cref="Configure.SnapStart"/> it is sent when the function waits in
/// /restore/next (its before-snapshot hooks ran); without, when it asks for its first invocation.
/// </summary>
public sealed record InitDone : AgentMessage
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override FrameKind Kind => FrameKind.InitDone;

    /// <summary>Whether the function is ready.</summary>
    public required bool Ok { get; init; }

    /// <summary>The error, if not <see cref="Ok"/>.</summary>
    public FunctionError? Error { get; init; }

    /// <summary>How long it took from the start of the function's process, unpacking not included.</summary>
    public double DurationMs { get; init; }

    /// <summary>How long reading and unpacking the deployment package took.</summary>
    public double UnpackMs { get; init; }
}
