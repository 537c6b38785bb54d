using System.Text.Json.Serialization;

namespace Thaw.Protocol;

/// <summary>A message between worker and agent: the JSON header of a frame.</summary>
public abstract record AgentMessage
{
    /// <summary>The kind of frame that carries this message.</summary>
    [JsonIgnore]
    public abstract FrameKind Kind { get; }
}
