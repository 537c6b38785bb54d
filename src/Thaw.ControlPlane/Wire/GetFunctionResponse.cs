namespace Thaw.ControlPlane.Wire;

/// <summary>What GetFunction gives.</summary>
public sealed record GetFunctionResponse
{
    /// <summary>The version.</summary>
    public required FunctionConfiguration Configuration { get; init; }

    /// <summary>Its deployment package.</summary>
    public FunctionCodeLocation? Code { get; init; }
}
