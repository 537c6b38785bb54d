using System.IO.Compression;
using System.Text;
using Thaw.Linux;

namespace Thaw.GuestAgent.Packages;

/// <summary>Unpacks deployment packages. Whatever they hold, nothing outside the target directory is written.</summary>
/// <remarks>
/// Links are made last, and no entry may lie behind one; so no path that is written to ever leads through a link.
/// </remarks>
/// <param name="target">An existing directory.</param>
internal sealed class PackageUnpacker(string target) : IPackageSource
{
    private const int BufferBytes = 64 * 1024;

    private const UnixFileMode ReadAll = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const UnixFileMode DirectoryMode = ReadAll | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private const UnixFileMode FileMode = ReadAll | UnixFileMode.UserWrite;

    private readonly HashSet<string> _directories = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _links = new(StringComparer.Ordinal);
    private readonly byte[] _input = new byte[BufferBytes];
    private readonly byte[] _output = new byte[BufferBytes];
    private long _leftBytes;

    /// <inheritdoc/>
    public void Unpack(string device, long sizeBytes)
    {
        using SafeFd file = SafeFd.Open(device, FileOpen.Read);
        Unpack(new FileWindow(file, sizeBytes));
    }

    /// <summary>Unpacks a package.</summary>
    /// <exception cref="PackageException">The package is not what it should be.</exception>
    /// <exception cref="IOException">The device or the file system failed.</exception>
    internal void Unpack(FileWindow file)
    {
        _leftBytes = AgentLimits.PackageUnpackedBytesMax;
        List<ZipEntry> entries = ZipDirectory.Read(file);
        foreach (ZipEntry entry in entries)
        {
            try
            {
                UnpackEntry(file, entry);
            }
            catch (Exception error) when (error is UnauthorizedAccessException or IOException)
            {
                throw new PackageException($"An entry can't be unpacked: {error.Message}", entry.Name, error);
            }
        }
        foreach ((string path, string linkTarget) in _links)
        {
            MakeLink(path, linkTarget);
        }
    }

    private void UnpackEntry(FileWindow file, ZipEntry entry)
    {
        string path = PackagePath.Check(entry);
        if (path.Length == 0)
        {
            return;
        }
        if (entry.IsEncrypted)
        {
            throw new PackageException("An entry is encrypted", entry.Name);
        }
        if (entry.IsSpecial)
        {
            throw new PackageException("An entry is neither file, directory nor symbolic link", entry.Name);
        }
        if (entry.IsDirectory)
        {
            MakeDirectories(path);
            return;
        }
        int slash = path.LastIndexOf('/');
        MakeDirectories(slash < 0 ? "" : path[..slash]);
        if (entry.IsLink)
        {
            _links[path] = ReadLink(file, entry);
            return;
        }
        WriteFile(file, entry, $"{target}/{path}");
    }

    private void MakeDirectories(string path)
    {
        if (path.Length == 0 || !_directories.Add(path))
        {
            return;
        }
        int slash = path.LastIndexOf('/');
        MakeDirectories(slash < 0 ? "" : path[..slash]);
        string full = $"{target}/{path}";
        _ = Directory.CreateDirectory(full);
        File.SetUnixFileMode(full, DirectoryMode);
    }

    private void WriteFile(FileWindow file, ZipEntry entry, string path)
    {
        using (SafeFd created = SafeFd.Open(path, FileOpen.CreateOrTruncate))
        {
            Extract(file, entry, bytes => WriteAll(created, bytes));
        }
        UnixFileMode wanted = entry.Permissions is { } mode ? (UnixFileMode)mode : FileMode;
        File.SetUnixFileMode(path, wanted | ReadAll);
    }

    private string ReadLink(FileWindow file, ZipEntry entry)
    {
        if (entry.UnpackedBytes is 0 or > AgentLimits.PackageLinkBytesMax)
        {
            throw new PackageException(
                $"A symbolic link's target has {entry.UnpackedBytes} bytes, "
                + $"not 1 to {AgentLimits.PackageLinkBytesMax}",
                entry.Name);
        }
        using MemoryStream bytes = new();
        Extract(file, entry, bytes.Write);
        string linkTarget = Encoding.UTF8.GetString(bytes.ToArray());
        return linkTarget.Contains('\0', StringComparison.Ordinal)
            ? throw new PackageException("A symbolic link's target has a zero character", entry.Name) : linkTarget;
    }

    private void MakeLink(string path, string linkTarget)
    {
        for (int slash = path.IndexOf('/'); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            if (_links.ContainsKey(path[..slash]))
            {
                throw new PackageException("An entry lies behind a symbolic link", path);
            }
        }
        try
        {
            _ = File.CreateSymbolicLink($"{target}/{path}", linkTarget);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            throw new PackageException($"A symbolic link can't be made: {error.Message}", path, error);
        }
    }

    /// <summary>Unpacks an entry's bytes, and checks size and checksum.</summary>
    private void Extract(FileWindow file, ZipEntry entry, ReadOnlySpanAction write)
    {
        if (entry.UnpackedBytes > _leftBytes)
        {
            throw new PackageException(
                $"The package has more than {AgentLimits.PackageUnpackedBytesMax} bytes when unpacked", entry.Name);
        }
        long offset = ZipDirectory.DataOffset(file, entry);
        using WindowStream packed = new(file, offset, entry.PackedBytes, _input);
        using Stream plain = entry.Method switch
        {
            ZipEntry.Stored => packed,
            ZipEntry.Deflated => new DeflateStream(packed, CompressionMode.Decompress),
            _ => throw new PackageException(
                $"An entry is compressed with method {entry.Method}; only stored (0) and deflate (8) are known",
                entry.Name),
        };
        long total = 0;
        uint checksum = 0;
        try
        {
            for (int count; (count = plain.Read(_output)) > 0;)
            {
                total += count;
                if (total > entry.UnpackedBytes)
                {
                    break;
                }
                checksum = Crc32.Append(checksum, _output.AsSpan(0, count));
                write(_output.AsSpan(0, count));
            }
        }
        catch (InvalidDataException error)
        {
            throw new PackageException("The package is damaged: an entry does not decompress", entry.Name, error);
        }
        if (total != entry.UnpackedBytes || checksum != entry.Checksum)
        {
            throw new PackageException("The package is damaged: an entry's size or checksum is wrong", entry.Name);
        }
        _leftBytes -= total;
    }

    private static void WriteAll(SafeFd file, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            Errno errno = file.TryWrite(bytes, out int count);
            if (errno is not (Errno.OK or Errno.EINTR))
            {
                throw new LinuxException(errno, "write");
            }
            bytes = bytes[count..];
        }
    }

    private delegate void ReadOnlySpanAction(ReadOnlySpan<byte> bytes);
}
