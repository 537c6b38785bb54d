using Thaw.Linux;

namespace Thaw.GuestAgent.Packages;

/// <summary>The first bytes of a file or block device, readable anywhere.</summary>
/// <param name="file">The file; stays its caller's.</param>
/// <param name="sizeBytes">How many of its bytes count.</param>
internal sealed class FileWindow(SafeFd file, long sizeBytes)
{
    /// <summary>How many bytes there are.</summary>
    internal long SizeBytes => sizeBytes;

    /// <summary>Fills the buffer from an offset.</summary>
    /// <exception cref="PackageException">It would read beyond the end.</exception>
    /// <exception cref="LinuxException">The device failed.</exception>
    internal void Read(long offset, Span<byte> buffer)
    {
        if (offset < 0 || offset > sizeBytes - buffer.Length)
        {
            throw new PackageException($"The package ends before byte {offset + buffer.Length}: it has {sizeBytes}");
        }
        while (!buffer.IsEmpty)
        {
            Errno errno = file.TryReadAt(buffer, offset, out int count);
            if (errno == Errno.EINTR)
            {
                continue;
            }
            if (errno != Errno.OK)
            {
                throw new LinuxException(errno, $"read the package at {offset}");
            }
            if (count == 0)
            {
                throw new PackageException($"The package's device ends at byte {offset}, not {sizeBytes}");
            }
            buffer = buffer[count..];
            offset += count;
        }
    }
}
