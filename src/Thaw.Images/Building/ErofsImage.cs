using System.Globalization;
using Thaw.Images.Tools;

namespace Thaw.Images.Building;

/// <summary>Makes read-only EROFS images with erofs-utils.</summary>
public static class ErofsImage
{
    /// <summary>virtio-pmem maps images in units of this size.</summary>
    public const long PmemAlignment = 2 << 20;

    private const int MagicOffset = 1024;

    /// <summary>2025-01-01, so that equal trees give equal images (and zip files are happy).</summary>
    private const long FixedTime = 1735689600;

    private const string FixedUuid = "74686177-0000-4000-8000-726f6f740000";

    /// <summary>Packs a directory tree. All files belong to root, and all times are the same.</summary>
    /// <remarks>
    /// File tails stay out of the metadata (<c>noinline_data</c>): only then are files mapped from the device (DAX)
    /// and not copied into the guest's page cache.
    /// </remarks>
    public static async Task CreateAsync(string tree, string image, CancellationToken cancellationToken)
    {
        string[] arguments =
        [
            "--quiet", "-Enoinline_data", "-x-1", "--all-root",
            "-T" + FixedTime.ToString(CultureInfo.InvariantCulture), "-U" + FixedUuid, image, tree,
        ];
        await HostTool.RunAsync(new ToolCall("mkfs.erofs", arguments), cancellationToken).ConfigureAwait(false);
        await using FileStream file = File.Open(image, FileMode.Open, FileAccess.ReadWrite);
        byte[] magic = new byte[4];
        file.Position = MagicOffset;
        await file.ReadExactlyAsync(magic, cancellationToken).ConfigureAwait(false);
        if (!magic.AsSpan().SequenceEqual((ReadOnlySpan<byte>)[0xe2, 0xe1, 0xf5, 0xe0]))
        {
            throw new ImageException($"mkfs.erofs wrote no EROFS image to {image}.");
        }

        file.SetLength((file.Length + PmemAlignment - 1) / PmemAlignment * PmemAlignment);
    }
}
