namespace Thaw.ControlPlane.Wire;

/// <summary>Whether published versions start from snapshots.</summary>
public sealed record SnapStart
{
    /// <summary>The value for versions that start from snapshots.</summary>
    public const string PublishedVersions = "PublishedVersions";

    /// <summary>The value for versions that boot.</summary>
    public const string None = "None";

    /// <summary><see cref="PublishedVersions"/> or <see cref="None"/>.</summary>
    public string? ApplyOn { get; init; }
}
