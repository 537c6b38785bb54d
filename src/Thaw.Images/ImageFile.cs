using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace Thaw.Images;

/// <summary>Name, size and checksum of one finished file.</summary>
/// <param name="Name">Path relative to the directory that holds it.</param>
/// <param name="Size">Length in bytes.</param>
/// <param name="Sha256">SHA-256 of the content, lower-case hexadecimal.</param>
public sealed record ImageFile(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("size")] long Size,
    [property: JsonPropertyName("sha256")] string Sha256)
{
    /// <summary>Measures a file.</summary>
    public static async Task<ImageFile> MeasureAsync(
        string directory, string name, CancellationToken cancellationToken)
    {
        await using FileStream stream = File.OpenRead(Path.Combine(directory, name));
        byte[] hash = await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false);
        return new ImageFile(name, stream.Length, Convert.ToHexStringLower(hash));
    }

    /// <summary>
    /// Says what is wrong with the file in <paramref name="directory"/>; null when it is as recorded.
    /// </summary>
    public async Task<string?> FindDamageAsync(
        string directory, bool checksum, CancellationToken cancellationToken)
    {
        string path = Path.Combine(directory, Name);
        var info = new FileInfo(path);
        FileSystemInfo? target = info.Exists ? info.ResolveLinkTarget(returnFinalTarget: true) : null;
        if (!info.Exists || target is { Exists: false })
        {
            return $"{path} is missing.";
        }

        long actual = target is FileInfo file ? file.Length : info.Length;
        if (actual != Size)
        {
            return $"{path} has {actual} bytes, {Size} were written.";
        }

        if (!checksum)
        {
            return null;
        }

        ImageFile measured = await MeasureAsync(directory, Name, cancellationToken).ConfigureAwait(false);
        return measured.Sha256 == Sha256
            ? null
            : $"{path} has SHA-256 {measured.Sha256}, {Sha256} was written.";
    }
}
