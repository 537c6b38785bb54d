using System.Text.Json.Serialization;

namespace Thaw.Protocol;

/// <summary>Guest to host: the answer to <see cref="Locate"/>; the body is a <see cref="MappedMemory"/>.</summary>
public sealed record Located : AgentMessage
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override FrameKind Kind => FrameKind.Located;

    /// <summary>Whether there is more than is said: a page that is not in the body may be somebody's.</summary>
    public bool IsTruncated { get; init; }
}
