namespace Thaw.ControlPlane.Wire;

/// <summary>A page of functions.</summary>
public sealed record ListFunctionsResponse
{
    /// <summary>The functions, by name.</summary>
    public required IReadOnlyList<FunctionConfiguration> Functions { get; init; }

    /// <summary>What to ask with for the next page, if there is one.</summary>
    public string? NextMarker { get; init; }
}
