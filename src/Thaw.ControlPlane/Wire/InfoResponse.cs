using Thaw.Worker;

namespace Thaw.ControlPlane.Wire;

/// <summary>What this service is and does.</summary>
public sealed record InfoResponse
{
    /// <summary>The service's version.</summary>
    public required string Version { get; init; }

    /// <summary>When it started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The runtimes that there are images for.</summary>
    public required IReadOnlyList<string> Runtimes { get; init; }

    /// <summary>The worker.</summary>
    public required WorkerStatus Worker { get; init; }
}
