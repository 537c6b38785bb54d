namespace Thaw.Linux;

/// <summary>The kernel's random number generator, by getrandom(2).</summary>
public static class KernelRandom
{
    /// <summary>
    /// Fills the whole of <paramref name="buffer"/>; waits only while the host's generator was never seeded.
    /// </summary>
    public static Errno TryFill(Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            nint count;
            // SAFETY: the span is pinned for the call and its length bounds the kernel's write.
            unsafe
            {
                fixed (byte* pointer = buffer)
                {
                    count = Libc.GetRandom(pointer, (nuint)buffer.Length, 0);
                }
            }
            if (count < 0)
            {
                if (Libc.LastErrno == Errno.EINTR)
                {
                    continue;
                }
                return Libc.LastErrno;
            }
            buffer = buffer[(int)count..];
        }
        return Errno.OK;
    }
}
