using System.Text.Json.Serialization;

namespace Thaw.Protocol;

/// <summary>A message between worker and agent: the JSON header of a frame.</summary>
/// <remarks>
/// Properties with a default are "set", not "init": the source-generated reader gives every init property that the
/// header lacks the default of its type instead.
/// </remarks>
public abstract record AgentMessage
{
    /// <summary>The kind of frame that carries this message.</summary>
    [JsonIgnore]
    public abstract FrameKind Kind { get; }
}
