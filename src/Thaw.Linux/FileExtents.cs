namespace Thaw.Linux;

/// <summary>Where a sparse file has data (lseek(2), SEEK_DATA and SEEK_HOLE).</summary>
public static class FileExtents
{
    /// <summary>The first byte of data at or behind <paramref name="offset"/>; null when only a hole is left.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static long? NextData(SafeFd file, long offset)
    {
        long found = Libc.Seek(file.Number, offset, Libc.SEEK_DATA);
        if (found >= 0)
        {
            return found;
        }
        return Libc.LastErrno == Errno.ENXIO ? null : throw new LinuxException(Libc.LastErrno, "SEEK_DATA");
    }

    /// <summary>The first byte of a hole at or behind <paramref name="offset"/>; the end of the file is one.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static long NextHole(SafeFd file, long offset)
    {
        long found = Libc.Seek(file.Number, offset, Libc.SEEK_HOLE);
        return found >= 0 ? found : throw new LinuxException(Libc.LastErrno, "SEEK_HOLE");
    }
}
