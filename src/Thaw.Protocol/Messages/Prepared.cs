using System.Text.Json.Serialization;

namespace Thaw.Protocol;

/// <summary>Guest to host: the runtime is started and warm, and waits for its function; or why not.</summary>
public sealed record Prepared : AgentMessage
{
    /// <summary>The type of the error of a runtime that can only be started for its function.</summary>
    public const string NotPreparable = "Runtime.NotPreparable";

    /// <inheritdoc/>
    [JsonIgnore]
    public override FrameKind Kind => FrameKind.Prepared;

    /// <summary>Whether it waits.</summary>
    public required bool Ok { get; init; }

    /// <summary>The error, if not <see cref="Ok"/>.</summary>
    public FunctionError? Error { get; init; }

    /// <summary>How long it took from the start of the runtime's process.</summary>
    public double DurationMs { get; init; }
}
