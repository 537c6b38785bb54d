namespace Thaw.Worker.Images;

/// <summary>images.json: what <c>thaw image build</c> made.</summary>
internal sealed record ImageManifest
{
    public string? Kernel { get; init; }

    public string? KernelVersion { get; init; }

    public string? Initramfs { get; init; }

    public IReadOnlyDictionary<string, string>? Runtimes { get; init; }

    public IReadOnlyList<ImageManifestFile>? Files { get; init; }
}
