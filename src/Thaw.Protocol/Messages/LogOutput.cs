using System.Text.Json.Serialization;

namespace Thaw.Protocol;

/// <summary>Guest to host: what the function wrote; the bytes are the body.</summary>
public sealed record LogOutput : AgentMessage
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override FrameKind Kind => FrameKind.Log;

    /// <summary>"stdout", "stderr" or "agent".</summary>
    public required string Stream { get; init; }

    /// <summary>How many bytes were dropped before these because the host read too slowly.</summary>
    public long DroppedBytes { get; init; }
}
