using System.IO.Compression;

namespace Thaw.Cli.Packaging;

/// <summary>Makes deployment packages.</summary>
internal static class DeploymentPackage
{
    private const long SizeBytesMax = 250L * 1024 * 1024;
    private const int EntryCountMax = 65_000;
    private const int RegularFile = 0x8000;
    private const int UnixModeShift = 16;

    /// <summary>The first moment that a zip can tell: packages of the same files are the same bytes.</summary>
    private static readonly DateTimeOffset s_modifiedAt = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Reads a zip, or zips a folder.</summary>
    /// <exception cref="CliException">There is neither, or it is too large.</exception>
    internal static byte[] Read(string path)
    {
        if (Directory.Exists(path))
        {
            return ZipFolder(path);
        }
        FileInfo file = new(path);
        if (!file.Exists)
        {
            throw new CliException($"There is no folder and no zip {path}.");
        }
        return file.Length <= SizeBytesMax
            ? File.ReadAllBytes(path)
            : throw new CliException($"{path} has {file.Length} bytes; a package may have {SizeBytesMax}.");
    }

    /// <summary>Zips a folder: in the order of names, with permissions, without times.</summary>
    internal static byte[] ZipFolder(string folder)
    {
        List<(string Name, FileInfo File)> files = [];
        Collect(new DirectoryInfo(folder), "", files);
        if (files.Count == 0)
        {
            throw new CliException($"The folder {folder} is empty.");
        }
        long size = files.Sum(entry => entry.File.Length);
        if (size > SizeBytesMax)
        {
            throw new CliException($"The folder {folder} has {size} bytes; a package may have {SizeBytesMax}.");
        }
        using MemoryStream bytes = new();
        using (ZipArchive archive = new(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, FileInfo file) in files.OrderBy(entry => entry.Name, StringComparer.Ordinal))
            {
                ZipArchiveEntry entry = archive.CreateEntry(name, CompressionLevel.Optimal);
                entry.LastWriteTime = s_modifiedAt;
                entry.ExternalAttributes = (RegularFile | (int)file.UnixFileMode) << UnixModeShift;
                using Stream target = entry.Open();
                using FileStream source = file.OpenRead();
                source.CopyTo(target);
            }
        }
        return bytes.ToArray();
    }

    private static void Collect(DirectoryInfo folder, string prefix, List<(string Name, FileInfo File)> files)
    {
        foreach (FileSystemInfo item in folder.EnumerateFileSystemInfos())
        {
            string name = prefix + item.Name;
            switch (item)
            {
                case DirectoryInfo { LinkTarget: not null }:
                    throw new CliException($"{item.FullName} is a link to a folder; packages can't have those.");
                case DirectoryInfo { Name: ".git" }:
                    break;
                case DirectoryInfo directory:
                    Collect(directory, name + "/", files);
                    break;
                case FileInfo file:
                    // A link to a file becomes the file that it leads to.
                    files.Add((name, (FileInfo?)file.ResolveLinkTarget(returnFinalTarget: true) ?? file));
                    break;
            }
            if (files.Count > EntryCountMax)
            {
                throw new CliException($"The folder has more than {EntryCountMax} files.");
            }
        }
    }
}
