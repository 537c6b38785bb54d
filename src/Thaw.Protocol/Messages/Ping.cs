using System.Text.Json.Serialization;

namespace Thaw.Protocol;

/// <summary>Host to guest: answer with a <see cref="Pong"/> that has the same number.</summary>
public sealed record Ping : AgentMessage
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override FrameKind Kind => FrameKind.Ping;

    /// <summary>Any number.</summary>
    public long Sequence { get; init; }
}
