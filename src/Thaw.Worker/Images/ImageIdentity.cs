namespace Thaw.Worker.Images;

/// <summary>
/// Tells an image from another one that took its place. A snapshot has pages of its root image mapped; on another
/// image its guest would read garbage.
/// </summary>
/// <param name="Path">The image itself, not a link to it.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="ModifiedAt">When it was last written.</param>
/// <param name="Sha256">The SHA-256 of its bytes in hex, where images.json has it.</param>
internal sealed record ImageIdentity(string Path, long SizeBytes, DateTimeOffset ModifiedAt, string? Sha256)
{
    /// <summary>What is at a path now; null where nothing is.</summary>
    internal static ImageIdentity? TryOf(string path, string? sha256)
    {
        FileInfo file = new(path);
        if (file.Exists && file.ResolveLinkTarget(returnFinalTarget: true) is { } target)
        {
            file = new FileInfo(target.FullName);
        }
        return file.Exists
            ? new ImageIdentity(file.FullName, file.Length, new DateTimeOffset(file.LastWriteTimeUtc), sha256)
            : null;
    }

    /// <summary>Whether the file is still there as it was. It is not read for that.</summary>
    internal bool IsUnchanged => TryOf(Path, Sha256) == this;
}
