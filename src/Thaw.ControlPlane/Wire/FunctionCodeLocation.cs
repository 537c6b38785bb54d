namespace Thaw.ControlPlane.Wire;

/// <summary>Where the deployment package is to be had.</summary>
public sealed record FunctionCodeLocation
{
    /// <summary>The kind of place.</summary>
    public required string RepositoryType { get; init; }

    /// <summary>The address.</summary>
    public required string Location { get; init; }
}
