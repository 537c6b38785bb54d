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
        return TryAdvise(mapping, at, lengthBytes, Libc.MADV_DONTNEED);
    }

    /// <summary>
    /// Maps a part as if all of it were read or written now (MADV_POPULATE_READ, MADV_POPULATE_WRITE; Linux 5.14).
    /// Waits for what a page-fault handler has to bring.
    /// </summary>
    public static Errno TryPopulate(SafeMappingHandle mapping, ulong at, ulong lengthBytes, bool forWriting) =>
        TryAdvise(mapping, at, lengthBytes, forWriting ? Libc.MADV_POPULATE_WRITE : Libc.MADV_POPULATE_READ);

    private static Errno TryAdvise(SafeMappingHandle mapping, ulong at, ulong lengthBytes, int advice)
    {
        if (at > mapping.LengthBytes || lengthBytes > mapping.LengthBytes - at)
        {
            throw new ArgumentOutOfRangeException(nameof(at));
        }
        return mapping.TryAdvise(at, lengthBytes, advice);
    }
}
