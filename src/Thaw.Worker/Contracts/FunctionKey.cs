namespace Thaw.Worker;

/// <summary>Names one revision of one version of a function.</summary>
/// <param name="Name">The function's name.</param>
/// <param name="Version">A version's number, or $LATEST.</param>
/// <param name="RevisionId">The revision.</param>
public readonly record struct FunctionKey(string Name, string Version, string RevisionId)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name}:{Version}";
}
