using System.Globalization;
using System.Text;

namespace Thaw.Images.Archives;

/// <summary>
/// Writes a cpio archive in the "newc" form that the kernel unpacks as an initramfs
/// (Documentation/driver-api/early-userspace/buffer-format.rst). Owner is root and times are zero: equal input gives
/// equal bytes.
/// </summary>
public sealed class CpioWriter : IDisposable
{
    private const int RecordAlignment = 4;
    private const int ArchiveAlignment = 512;
    private const uint TypeCharacterDevice = 0x2000;
    private const uint TypeDirectory = 0x4000;
    private const uint TypeRegular = 0x8000;
    private const uint TypeSymlink = 0xA000;

    private readonly Stream _output;
    private long _position;
    private uint _inode;
    private bool _completed;

    /// <summary>Writes to <paramref name="output"/>, which stays open.</summary>
    public CpioWriter(Stream output)
    {
        _output = output;
    }

    /// <summary>Adds a directory. Parents are to be added first.</summary>
    public void AddDirectory(string path, int mode = 0b111_101_101) =>
        AddEntry(path, TypeDirectory | (uint)mode, ReadOnlySpan<byte>.Empty, 0, 0);

    /// <summary>Adds a regular file.</summary>
    public void AddFile(string path, ReadOnlySpan<byte> content, int mode = 0b110_100_100) =>
        AddEntry(path, TypeRegular | (uint)mode, content, 0, 0);

    /// <summary>Adds a symbolic link.</summary>
    public void AddSymlink(string path, string target) =>
        AddEntry(path, TypeSymlink | 0b111_111_111, Encoding.UTF8.GetBytes(target), 0, 0);

    /// <summary>Adds a character device node.</summary>
    public void AddCharacterDevice(string path, uint major, uint minor, int mode = 0b110_000_000) =>
        AddEntry(path, TypeCharacterDevice | (uint)mode, ReadOnlySpan<byte>.Empty, major, minor);

    /// <summary>Writes the end of the archive.</summary>
    public void Complete()
    {
        ObjectDisposedException.ThrowIf(_completed, this);
        _inode = 0;
        WriteRecord("TRAILER!!!", 0, 1, [], 0, 0);
        Pad(ArchiveAlignment);
        _completed = true;
    }

    /// <summary>Completes the archive if that was not done yet.</summary>
    public void Dispose()
    {
        if (!_completed)
        {
            Complete();
        }
    }

    private void AddEntry(string path, uint mode, ReadOnlySpan<byte> content, uint major, uint minor)
    {
        ObjectDisposedException.ThrowIf(_completed, this);
        string name = path.Trim('/');
        if (name.Length == 0 || name.Contains('\0') || name.Split('/').Contains(".."))
        {
            throw new ArgumentException($"'{path}' is not a path inside the archive.", nameof(path));
        }

        _inode++;
        uint links = (mode & 0xF000) == TypeDirectory ? 2u : 1u;
        WriteRecord(name, mode, links, content, major, minor);
    }

    private void WriteRecord(
        string name, uint mode, uint links, ReadOnlySpan<byte> content, uint major, uint minor)
    {
        byte[] nameBytes = Encoding.UTF8.GetBytes(name);
        // magic, ino, mode, uid, gid, nlink, mtime, filesize, devmajor, devminor, rdevmajor, rdevminor, namesize, check
        uint[] fields =
        [
            _inode, mode, 0, 0, links, 0, (uint)content.Length, 0, 0, major, minor, (uint)nameBytes.Length + 1, 0,
        ];
        var header = new StringBuilder("070701", 110);
        foreach (uint field in fields)
        {
            header.Append(field.ToString("X8", CultureInfo.InvariantCulture));
        }

        Write(Encoding.ASCII.GetBytes(header.ToString()));
        Write(nameBytes);
        Write([0]);
        Pad(RecordAlignment);
        Write(content);
        Pad(RecordAlignment);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        _output.Write(bytes);
        _position += bytes.Length;
    }

    private void Pad(int alignment)
    {
        int rest = (int)(_position % alignment);
        if (rest != 0)
        {
            Write(new byte[alignment - rest]);
        }
    }
}
