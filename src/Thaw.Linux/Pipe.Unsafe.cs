namespace Thaw.Linux;

/// <summary>A pipe, close-on-exec at both ends.</summary>
public static class Pipe
{
    /// <summary>Creates one.</summary>
    /// <param name="nonBlocking">Whether reading and writing return EAGAIN instead of blocking.</param>
    /// <exception cref="LinuxException">Out of descriptors.</exception>
    public static (SafeFd Read, SafeFd Write) Create(bool nonBlocking)
    {
        Span<int> fds = stackalloc int[2];
        int result;
        // SAFETY: room for two descriptors, written during the call only.
        unsafe
        {
            fixed (int* pointer = fds)
            {
                result = Libc.Pipe(pointer, Libc.O_CLOEXEC | (nonBlocking ? Libc.O_NONBLOCK : 0));
            }
        }
        return result == 0
            ? (new SafeFd(fds[0]), new SafeFd(fds[1]))
            : throw new LinuxException(Libc.LastErrno, "pipe2");
    }
}
