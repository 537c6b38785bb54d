namespace Thaw.Linux;

/// <summary>A process as a descriptor (pidfd_open(2)): readable once the process has ended.</summary>
public sealed class PidFd : SafeFd
{
    private PidFd(int fd)
        : base(fd)
    {
    }

    /// <summary>
    /// This process's parent. A parent that ended before the call is another process by now; a caller that must not
    /// miss
    /// that gives <paramref name="expectedPid"/>.
    /// </summary>
    /// <exception cref="LinuxException">The parent ended, or has another pid (ESRCH).</exception>
    public static PidFd OpenParent(int? expectedPid = null)
    {
        int pid = Libc.ParentPid();
        if (expectedPid is { } expected && expected != pid)
        {
            throw new LinuxException(Errno.ESRCH, $"pidfd_open of parent {expected}");
        }
        int fd = Libc.PidFdOpen(pid, 0);
        PidFd parent = fd >= 0 ? new PidFd(fd) : throw new LinuxException(Libc.LastErrno, "pidfd_open of parent");
        if (Libc.ParentPid() == pid)
        {
            return parent;
        }
        parent.Dispose();
        throw new LinuxException(Errno.ESRCH, "pidfd_open of parent");
    }
}
