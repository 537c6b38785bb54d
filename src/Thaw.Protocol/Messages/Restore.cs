using System.Text.Json.Serialization;

namespace Thaw.Protocol;

/// <summary>
/// Host to guest: this microVM is a clone. No instruction of the function runs before entropy, clock and identity are
/// in place. Answered by <see cref="Restored"/>.
/// </summary>
public sealed record Restore : AgentMessage
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override FrameKind Kind => FrameKind.Restore;

    /// <summary>The version of the protocol that the host speaks.</summary>
    public required int ProtocolVersion { get; init; }

    /// <summary>The clone's id.</summary>
    public required string CloneId { get; init; }

    /// <summary>The generation: greater than any that this microVM's ancestors were restored with.</summary>
    public required ulong Generation { get; init; }

    /// <summary>The time to set the wall clock to, as of sending.</summary>
    public required long WallClockUnixNs { get; init; }

    /// <summary>
    /// Fresh random bytes, <see cref="ProtocolLimits.EntropySizeBytesMin"/> to
    /// <see cref="ProtocolLimits.EntropySizeBytesMax"/>; base64 in the JSON.
    /// </summary>
    public required byte[] Entropy { get; init; }

    /// <summary>The host name to set, if any.</summary>
    public string? Hostname { get; init; }

    /// <summary>How long the runtime's restore and its after-restore hooks may take.</summary>
    public int RestoreTimeoutMs { get; set; } = 10_000;
}
