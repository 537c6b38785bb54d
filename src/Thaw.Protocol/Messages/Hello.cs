using System.Text.Json.Serialization;

namespace Thaw.Protocol;

/// <summary>Guest to host, on a connection of its own: the agent is up and listens.</summary>
public sealed record Hello : AgentMessage
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override FrameKind Kind => FrameKind.Hello;

    /// <summary>The agent's version.</summary>
    public required string AgentVersion { get; init; }

    /// <summary>The version of the protocol that the agent speaks.</summary>
    public required int ProtocolVersion { get; init; }

    /// <summary>How long the guest has been up.</summary>
    public double BootMs { get; init; }

    /// <summary>The guest kernel's release.</summary>
    public string KernelRelease { get; set; } = "";
}
