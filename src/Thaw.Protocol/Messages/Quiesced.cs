using System.Text.Json.Serialization;

namespace Thaw.Protocol;

/// <summary>
/// Guest to host: the function is frozen and what it marked is wiped; the microVM may be paused and snapshotted.
/// </summary>
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

    /// <summary>How long wiping took.</summary>
    public double WipeMs { get; init; }

    /// <summary>Pages of marked memory that were wiped.</summary>
    public long WipedPages { get; init; }

    /// <summary>Named memory files that were wiped.</summary>
    public int WipedFiles { get; init; }
}
