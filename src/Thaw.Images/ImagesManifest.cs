using System.Text.Json.Serialization;

namespace Thaw.Images;

/// <summary><c>images.json</c>: what a directory of guest images holds.</summary>
public sealed record ImagesManifest
{
    /// <summary>File name of the kernel (ELF).</summary>
    [JsonPropertyName("kernel")]
    public required string Kernel { get; init; }

    /// <summary>The kernel's release, as <c>uname -r</c> says it.</summary>
    [JsonPropertyName("kernelVersion")]
    public required string KernelVersion { get; init; }

    /// <summary>File name of the initramfs (cpio).</summary>
    [JsonPropertyName("initramfs")]
    public required string Initramfs { get; init; }

    /// <summary>Runtime name to file name of its root image (EROFS).</summary>
    [JsonPropertyName("runtimes")]
    public required IReadOnlyDictionary<string, string> Runtimes { get; init; }

    /// <summary>Size and SHA-256 of every file named above.</summary>
    [JsonPropertyName("files")]
    public IReadOnlyList<ImageFile> Files { get; init; } = [];

    /// <summary>Debian package versions that went in: <c>name=version</c>, sorted.</summary>
    [JsonPropertyName("packages")]
    public IReadOnlyList<string> Packages { get; init; } = [];
}
