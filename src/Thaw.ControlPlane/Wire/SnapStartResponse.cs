namespace Thaw.ControlPlane.Wire;

/// <summary>Whether versions start from snapshots, and whether this one does.</summary>
public sealed record SnapStartResponse
{
    /// <summary>PublishedVersions or None.</summary>
    public required string ApplyOn { get; init; }

    /// <summary>On where this version has a snapshot, Off otherwise.</summary>
    public required string OptimizationStatus { get; init; }

    /// <summary>How many snapshots this version has, where it has more than one: Thaw only.</summary>
    public int? Variants { get; init; }
}
