namespace Thaw.Linux;

/// <summary>A pipe, close-on-exec at both ends.</summary>
public static class Pipe
{
    /// <summary>Creates one; writing blocks.</summary>
    /// <param name="nonBlockingRead">Whether reading from an empty pipe returns EAGAIN instead of blocking.</param>
    /// <exception cref="LinuxException">Out of descriptors.</exception>
    public static (SafeFd Read, SafeFd Write) Create(bool nonBlockingRead)
    {
        Span<int> fds = stackalloc int[2];
        int result;
        // SAFETY: room for two descriptors, written during the call only.
        unsafe
        {
            fixed (int* pointer = fds)
            {
                result = Libc.Pipe(pointer, Libc.O_CLOEXEC);
            }
        }
        if (result != 0)
        {
            throw new LinuxException(Libc.LastErrno, "pipe2");
        }
        if (nonBlockingRead && Libc.FdControl(fds[0], Libc.F_SETFL, Libc.O_NONBLOCK) != 0)
        {
            throw new LinuxException(Libc.LastErrno, "fcntl O_NONBLOCK");
        }
        return (new SafeFd(fds[0]), new SafeFd(fds[1]));
    }
}
