using System.Text.Json.Serialization;

namespace Thaw.Protocol;

/// <summary>
/// Host to guest: sync file systems, freeze the function, wipe what it marked. Answered by <see cref="Quiesced"/> or
/// <see cref="Failed"/>.
/// </summary>
public sealed record Quiesce : AgentMessage
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override FrameKind Kind => FrameKind.Quiesce;

    /// <summary>How long it may take.</summary>
    public required int TimeoutMs { get; init; }
}
