using System.Security.Cryptography;

namespace Thaw.ControlPlane.Storage;

/// <summary>Deployment packages as files: DIR/functions/NAME/SHA256.zip.</summary>
internal sealed class CodeStore(string dataDirectory)
{
    private const string Extension = ".zip";
    private readonly string _root = Path.Combine(dataDirectory, "functions");

    internal string PathOf(string function, string sha256) => Path.Combine(_root, function, sha256 + Extension);

    /// <summary>Stores a package and gives its SHA-256 in hex. A file is there whole, or not at all.</summary>
    internal async Task<string> WriteAsync(string function, byte[] zip, CancellationToken cancellationToken)
    {
        string sha256 = Convert.ToHexStringLower(SHA256.HashData(zip));
        string path = PathOf(function, sha256);
        if (File.Exists(path))
        {
            return sha256;
        }
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string unfinished = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            await using (FileStream file = new(unfinished, FileMode.CreateNew, FileAccess.Write))
            {
                await file.WriteAsync(zip, cancellationToken).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }
            File.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
        return sha256;
    }

    /// <summary>Removes what no version needs.</summary>
    /// <param name="needed">The packages in use, by function.</param>
    /// <param name="function">Look at this function only; null for all.</param>
    internal void Sweep(ILookup<string, string> needed, string? function = null)
    {
        DirectoryInfo root = new(_root);
        if (!root.Exists)
        {
            return;
        }
        foreach (DirectoryInfo directory in root.GetDirectories().Where(d => function is null || d.Name == function))
        {
            HashSet<string> keep = [.. needed[directory.Name]];
            foreach (FileInfo file in directory.GetFiles())
            {
                // SHA.zip, and what is derived from it: SHA.img, SHA.zip.GUID.tmp.
                string sha256 = file.Name.Split('.')[0];
                bool isUnfinished = file.Name.EndsWith(".tmp", StringComparison.Ordinal);
                if (!keep.Contains(sha256) || (isUnfinished && function is null))
                {
                    file.Delete();
                }
            }
            if (keep.Count == 0)
            {
                directory.Delete(recursive: true);
            }
        }
    }
}
