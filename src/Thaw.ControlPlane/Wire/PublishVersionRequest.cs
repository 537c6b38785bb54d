namespace Thaw.ControlPlane.Wire;

/// <summary>What PublishVersion takes.</summary>
public sealed record PublishVersionRequest
{
    /// <summary>Only if this is the code's SHA-256 in base64.</summary>
    public string? CodeSha256 { get; init; }

    /// <summary>What the version is for, if not what the function is for.</summary>
    public string? Description { get; init; }

    /// <summary>
    /// Only if the snapshot holds none of these secrets: by name, in base64. The service keeps nothing of them.
    /// </summary>
    public IReadOnlyDictionary<string, byte[]>? SecretsCheck { get; init; }

    /// <summary>
    /// How many snapshots the version is to have, of inits in processes of their own, so that what leaks from a clone
    /// of one does not serve for the clones of the others; 1 where it is not said.
    /// </summary>
    public int? Variants { get; init; }

    /// <summary>Only if this is the present revision.</summary>
    public string? RevisionId { get; init; }
}
