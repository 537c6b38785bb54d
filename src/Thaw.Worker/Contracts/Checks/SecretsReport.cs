namespace Thaw.Worker;

/// <summary>What of secrets is in a snapshot.</summary>
public sealed record SecretsReport
{
    /// <summary>The files that were read.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>How many bytes were read.</summary>
    public required long ReadBytes { get; init; }

    /// <summary>Where secrets were found; the first places of each secret, form and file.</summary>
    public required IReadOnlyList<FoundSecret> Found { get; init; }
}
