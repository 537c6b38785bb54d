namespace Thaw.ControlPlane.Wire;

/// <summary>The deployment package of a new function.</summary>
public sealed record FunctionCode
{
    /// <summary>The zip; base64 in the JSON.</summary>
    public byte[]? ZipFile { get; init; }

    /// <summary>Not supported: refused.</summary>
    public string? S3Bucket { get; init; }

    /// <summary>Not supported: refused.</summary>
    public string? ImageUri { get; init; }
}
