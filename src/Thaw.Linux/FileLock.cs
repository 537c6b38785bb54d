namespace Thaw.Linux;

/// <summary>
/// An exclusive lock on a file among processes and within one (flock(2)); the kernel releases it when its holder ends.
/// </summary>
public sealed class FileLock : IDisposable
{
    private readonly SafeFd _file;

    private FileLock(SafeFd file) => _file = file;

    /// <summary>Waits for the lock. Holders are expected to be quick.</summary>
    /// <exception cref="LinuxException">The file cannot be opened or locked.</exception>
    public static FileLock Acquire(string path)
    {
        SafeFd file = Open(path);
        while (Libc.Lock(file.Number, Libc.LOCK_EX) != 0)
        {
            if (Libc.LastErrno is not Errno.EINTR and var errno)
            {
                file.Dispose();
                throw new LinuxException(errno, $"flock {path}");
            }
        }
        return new FileLock(file);
    }

    /// <summary>Takes the lock, or gives null when another has it.</summary>
    /// <exception cref="LinuxException">The file cannot be opened or locked.</exception>
    public static FileLock? TryAcquire(string path)
    {
        SafeFd file = Open(path);
        if (Libc.Lock(file.Number, Libc.LOCK_EX | Libc.LOCK_NB) == 0)
        {
            return new FileLock(file);
        }
        Errno errno = Libc.LastErrno;
        file.Dispose();
        return errno is Errno.EAGAIN or Errno.EINTR ? null : throw new LinuxException(errno, $"flock {path}");
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static SafeFd Open(string path)
    {
        int fd = Libc.Open(path, Libc.O_RDWR | Libc.O_CREAT | Libc.O_CLOEXEC, mode: 0x180); // 0600
        return fd >= 0 ? new SafeFd(fd) : throw new LinuxException(Libc.LastErrno, $"open {path}");
    }
}
