namespace Thaw.ControlPlane.Wire;

/// <summary>A page of a function's versions.</summary>
public sealed record ListVersionsResponse
{
    /// <summary>The versions, $LATEST first.</summary>
    public required IReadOnlyList<FunctionConfiguration> Versions { get; init; }

    /// <summary>What to ask with for the next page, if there is one.</summary>
    public string? NextMarker { get; init; }
}
