namespace Thaw.Linux;

/// <summary>What to tell the kernel about memory (madvise(2)).</summary>
public static class MemoryAdvice
{
    /// <summary>
    /// Gives a part of a mapping back to the system (MADV_DONTNEED): anonymous memory is zero afterwards. With a
    /// userfaultfd that tells of it, this returns when its event was read.
    /// </summary>
    public static Errno TryGiveBack(SafeMappingHandle mapping, ulong at, ulong lengthBytes)
    {
        if (at > mapping.LengthBytes || lengthBytes > mapping.LengthBytes - at)
        {
            throw new ArgumentOutOfRangeException(nameof(at));
        }
        return mapping.TryAdvise(at, lengthBytes, Libc.MADV_DONTNEED);
    }
}
