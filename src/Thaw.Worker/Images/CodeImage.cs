namespace Thaw.Worker.Images;

/// <summary>Deployment packages as drives: padded to whole sectors. Nobody here looks into them.</summary>
internal static class CodeImage
{
    private const int SectorSizeBytes = 512;

    /// <summary>Makes the padded copy beside the package, if it is not there yet.</summary>
    /// <returns>The copy, and the package's own length.</returns>
    /// <exception cref="WorkerException">There is no package.</exception>
    internal static async Task<(string Path, long CodeSizeBytes)> EnsureAsync(
        string codePath, CancellationToken cancellationToken)
    {
        FileInfo code = new(codePath);
        if (!code.Exists)
        {
            throw new WorkerException(WorkerFault.ImageMissing, $"The deployment package {codePath} is missing.");
        }
        string path = Path.ChangeExtension(codePath, ".img");
        long padded = (code.Length + SectorSizeBytes - 1) / SectorSizeBytes * SectorSizeBytes;
        FileInfo image = new(path);
        if (!image.Exists || image.Length != padded)
        {
            await CopyAsync(codePath, path, padded, cancellationToken).ConfigureAwait(false);
        }
        return (path, code.Length);
    }

    /// <summary>Copies a package or a padded copy; the copy is there whole, or not at all.</summary>
    internal static async Task CopyAsync(
        string from, string to, long sizeBytes, CancellationToken cancellationToken)
    {
        string unfinished = $"{to}.{Guid.NewGuid():N}.tmp";
        try
        {
            await using (FileStream source = File.OpenRead(from))
            await using (FileStream target = new(unfinished, FileMode.CreateNew, FileAccess.Write))
            {
                await source.CopyToAsync(target, cancellationToken).ConfigureAwait(false);
                target.SetLength(sizeBytes);
            }
            File.Move(unfinished, to, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }
}
