namespace Thaw.Worker;

/// <summary>A check whether a snapshot holds secrets.</summary>
public sealed record SecretsOrder
{
    /// <summary>The version, which has a snapshot.</summary>
    public required FunctionSpec Spec { get; init; }

    /// <summary>The secrets, by names that reports use in their place.</summary>
    public required IReadOnlyList<NamedSecret> Secrets { get; init; }
}
