using System.Text.Json.Serialization;

namespace Thaw.Protocol;

/// <summary>Host to guest: kill the function, sync and end the microVM. There is no answer.</summary>
public sealed record Shutdown : AgentMessage
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override FrameKind Kind => FrameKind.Shutdown;

    /// <summary>Reset the microVM instead of powering it off.</summary>
    public bool Reboot { get; init; }
}
