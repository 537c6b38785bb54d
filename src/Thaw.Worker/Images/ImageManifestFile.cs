namespace Thaw.Worker.Images;

/// <summary>What images.json says of one file.</summary>
internal sealed record ImageManifestFile
{
    public string? Name { get; init; }

    public long Size { get; init; }

    public string? Sha256 { get; init; }
}
