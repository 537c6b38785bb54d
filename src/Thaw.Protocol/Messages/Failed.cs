using System.Text.Json.Serialization;

namespace Thaw.Protocol;

/// <summary>Guest to host: the microVM is of no more use; the worker ends it.</summary>
public sealed record Failed : AgentMessage
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override FrameKind Kind => FrameKind.Failed;

    /// <summary>What the agent was doing.</summary>
    public required string Step { get; init; }

    /// <summary>What went wrong.</summary>
    public required FunctionError Error { get; init; }
}
