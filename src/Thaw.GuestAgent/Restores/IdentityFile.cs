using System.Text;
using Thaw.Linux;

namespace Thaw.GuestAgent.Restores;

/// <summary>A small file in the function's world that tells it who it is; each clone writes it anew.</summary>
/// <remarks>Always open, so that a clone looks nothing up; written in place, so that it can be mounted.</remarks>
internal sealed class IdentityFile : IDisposable
{
    private const UnixFileMode Mode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly string _path;
    private readonly SafeFd _file;

    private IdentityFile(string path, SafeFd file)
    {
        _path = path;
        _file = file;
    }

    /// <summary>Creates the file, readable by everybody, empty.</summary>
    /// <exception cref="IOException">It can't be created.</exception>
    internal static IdentityFile Create(string path)
    {
        _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        IdentityFile file = new(path, SafeFd.Open(path, FileOpen.CreateOrTruncate));
        File.SetUnixFileMode(path, Mode);
        return file;
    }

    /// <summary>Writes a line in place of what was there.</summary>
    /// <exception cref="IOException">It can't be written.</exception>
    internal void Write(string text)
    {
        byte[] line = Encoding.UTF8.GetBytes(text + "\n");
        Errno errno = _file.TryWriteAt(line, 0, out int count);
        if (errno != Errno.OK || count != line.Length)
        {
            throw new LinuxException(errno, $"write {_path}");
        }
        _file.SetLength(line.Length);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
