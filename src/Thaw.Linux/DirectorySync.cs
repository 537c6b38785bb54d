namespace Thaw.Linux;

/// <summary>
/// Makes the names in a directory durable: what was created, renamed or removed in it survives a power cut.
/// </summary>
public static class DirectorySync
{
    /// <summary>Flushes the directory to its device.</summary>
    /// <exception cref="LinuxException">No directory, or the device failed.</exception>
    public static void Flush(string path)
    {
        int fd = Libc.Open(path, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_CLOEXEC, mode: 0);
        if (fd < 0)
        {
            throw new LinuxException(Libc.LastErrno, $"open {path}");
        }
        using SafeFd directory = new(fd);
        if (directory.TrySync() is not Errno.OK and var errno)
        {
            throw new LinuxException(errno, $"fsync {path}");
        }
    }
}
