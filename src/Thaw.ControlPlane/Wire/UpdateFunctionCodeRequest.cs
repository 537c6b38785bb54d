namespace Thaw.ControlPlane.Wire;

/// <summary>What UpdateFunctionCode takes.</summary>
public sealed record UpdateFunctionCodeRequest
{
    /// <summary>The zip; base64 in the JSON.</summary>
    public byte[]? ZipFile { get; init; }

    /// <summary>Not supported: refused.</summary>
    public string? S3Bucket { get; init; }

    /// <summary>Not supported: refused.</summary>
    public string? ImageUri { get; init; }

    /// <summary>Publish a version at once.</summary>
    public bool? Publish { get; init; }

    /// <summary>Check, change nothing.</summary>
    public bool? DryRun { get; init; }

    /// <summary>Only if this is the present revision.</summary>
    public string? RevisionId { get; init; }

    /// <summary>Only x86_64.</summary>
    public IReadOnlyList<string>? Architectures { get; init; }
}
