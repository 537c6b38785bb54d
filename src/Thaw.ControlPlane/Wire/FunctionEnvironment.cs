namespace Thaw.ControlPlane.Wire;

/// <summary>Environment variables of a function.</summary>
public sealed record FunctionEnvironment
{
    /// <summary>The variables.</summary>
    public IReadOnlyDictionary<string, string>? Variables { get; init; }
}
