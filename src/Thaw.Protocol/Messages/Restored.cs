using System.Text.Json.Serialization;

namespace Thaw.Protocol;

/// <summary>Guest to host: the clone is ready for an invocation, or will never be.</summary>
public sealed record Restored : AgentMessage
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override FrameKind Kind => FrameKind.Restored;

    /// <summary>The clone's id, as the host gave it.</summary>
    public required string CloneId { get; init; }

    /// <summary>Whether the clone is unique and its hooks ran.</summary>
    public required bool Ok { get; init; }

    /// <summary>The error, if not <see cref="Ok"/>; the function never runs again then.</summary>
    public FunctionError? Error { get; init; }

    /// <summary>The step that failed, if not <see cref="Ok"/>.</summary>
    public string? FailedStep { get; init; }

    /// <summary>How long each step took.</summary>
    public RestoreTimings Timings { get; set; } = new();

    /// <summary>The wall clock as read back after it was set.</summary>
    public long WallClockUnixNs { get; init; }
}
