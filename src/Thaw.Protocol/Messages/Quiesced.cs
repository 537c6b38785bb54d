using System.Text.Json.Serialization;

namespace Thaw.Protocol;

/// <summary>Guest to host: the function is frozen; the microVM may be paused and snapshotted.</summary>
public sealed record Quiesced : AgentMessage
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override FrameKind Kind => FrameKind.Quiesced;

    /// <summary>How long the whole took.</summary>
    public double DurationMs { get; init; }

    /// <summary>How long syncing file systems took.</summary>
    public double SyncMs { get; init; }

    /// <summary>How long freezing the function took.</summary>
    public double FreezeMs { get; init; }
}
