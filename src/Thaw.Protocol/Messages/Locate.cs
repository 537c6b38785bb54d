using System.Text.Json.Serialization;

namespace Thaw.Protocol;

/// <summary>
/// Host to guest: freeze the function, and say which mappings of which processes have which pages of the guest's
/// memory. Answered by <see cref="Located"/>. The function stays frozen: for a microVM that is to end.
/// </summary>
public sealed record Locate : AgentMessage
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override FrameKind Kind => FrameKind.Locate;

    /// <summary>How long freezing may take.</summary>
    public required int TimeoutMs { get; init; }
}
