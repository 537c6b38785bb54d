using System.Text.Json.Serialization;

namespace Thaw.Protocol;

/// <summary>Guest to host: the answer to a <see cref="Ping"/>.</summary>
public sealed record Pong : AgentMessage
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override FrameKind Kind => FrameKind.Pong;

    /// <summary>The ping's number.</summary>
    public long Sequence { get; init; }
}
