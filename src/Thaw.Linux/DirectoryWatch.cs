namespace Thaw.Linux;

/// <summary>Wakes when something is created in a directory (inotify(7)).</summary>
public sealed class DirectoryWatch : SafeFd
{
    private const int EventBytes = 4096;

    /// <summary>More than the kernel queues; who creates files without pause does not keep the reader here.</summary>
    private const int ReadCountMax = 256;

    private readonly PollSet _poll = new(1);

    private DirectoryWatch(int fd)
        : base(fd) => _poll.Add(this, PollEvents.Readable);

    /// <summary>Starts to watch.</summary>
    /// <exception cref="LinuxException">There is no such directory, or out of descriptors.</exception>
    public static DirectoryWatch Start(string directory)
    {
        int fd = Libc.InotifyCreate(Libc.IN_NONBLOCK | Libc.IN_CLOEXEC);
        if (fd < 0)
        {
            throw new LinuxException(Libc.LastErrno, "inotify_init1");
        }
        DirectoryWatch watch = new(fd);
        if (Libc.InotifyAdd(fd, directory, Libc.IN_CREATE) < 0)
        {
            LinuxException failure = new(Libc.LastErrno, $"inotify_add_watch {directory}");
            watch.Dispose();
            throw failure;
        }
        return watch;
    }

    /// <summary>Waits until something was created since the last call; false when the time ran out.</summary>
    public bool Wait(int timeoutMs)
    {
        if (!_poll.Wait(timeoutMs))
        {
            return false;
        }
        Span<byte> events = stackalloc byte[EventBytes];
        for (int reads = 0; reads < ReadCountMax && TryRead(events, out _) == Errno.OK; reads++)
        {
        }
        return true;
    }
}
