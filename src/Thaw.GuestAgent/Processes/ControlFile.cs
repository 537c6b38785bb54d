using System.Text;
using Thaw.Linux;

namespace Thaw.GuestAgent.Processes;

/// <summary>The kernel's control files: small texts, read and written whole.</summary>
internal static class ControlFile
{
    private const int ReadBytesMax = 4096;

    /// <summary>Writes a value.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    internal static void Write(string path, string value)
    {
        using SafeFd file = SafeFd.Open(path, FileOpen.Write);
        Write(file, path, value);
    }

    /// <summary>Writes a value to an open file.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    internal static void Write(SafeFd file, string path, string value)
    {
        Errno errno = file.TryWriteAt(Encoding.UTF8.GetBytes(value), 0, out _);
        if (errno != Errno.OK)
        {
            throw new LinuxException(errno, $"write \"{value}\" to {path}");
        }
    }

    /// <summary>Reads a value, without the final newline.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    internal static string Read(string path)
    {
        using SafeFd file = SafeFd.Open(path, FileOpen.Read);
        return Read(file, path);
    }

    /// <summary>Reads the present value of an open file, without the final newline.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    internal static string Read(SafeFd file, string path)
    {
        Span<byte> buffer = stackalloc byte[ReadBytesMax];
        Errno errno = file.TryReadAt(buffer, 0, out int count);
        return errno == Errno.OK
            ? Encoding.UTF8.GetString(buffer[..count]).TrimEnd('\n') : throw new LinuxException(errno, $"read {path}");
    }
}
