namespace Thaw.Worker.Images;

/// <summary>
/// Tells an image from another one that took its place. A snapshot has pages of its root image mapped; on another
/// image its guest would read garbage.
/// </summary>
/// <param name="Path">The image.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="ModifiedAt">When it was last written.</param>
internal sealed record ImageIdentity(string Path, long SizeBytes, DateTimeOffset ModifiedAt)
{
    /// <exception cref="WorkerException">There is no such file.</exception>
    internal static ImageIdentity Of(string path)
    {
        FileInfo file = new(path);
        return file.Exists
            ? new ImageIdentity(path, file.Length, new DateTimeOffset(file.LastWriteTimeUtc))
            : throw new WorkerException(WorkerFault.ImageMissing, $"The image {path} is missing.");
    }
}
