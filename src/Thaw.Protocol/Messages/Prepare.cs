using System.Text.Json.Serialization;

namespace Thaw.Protocol;

/// <summary>
/// Host to guest: start this runtime before it is known for which function. Answered by <see cref="Prepared"/>.
/// </summary>
public sealed record Prepare : AgentMessage
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override FrameKind Kind => FrameKind.Prepare;

    /// <summary>The version of the protocol that the host speaks.</summary>
    public required int ProtocolVersion { get; init; }

    /// <summary>The runtime's name ("python3.13").</summary>
    public required string Runtime { get; init; }

    /// <summary>How long it may take.</summary>
    public required int TimeoutMs { get; init; }
}
