namespace Thaw.Linux;

/// <summary>The parts of a file that hold data, and those that are holes.</summary>
public static class SparseFile
{
    /// <summary>Finds the next run of data at or after <paramref name="offset"/>.</summary>
    /// <returns><see cref="Errno.ENXIO"/> where only a hole is left.</returns>
    public static Errno TryFindData(SafeFd file, long offset, out long start, out long end)
    {
        start = Libc.Seek(file.Number, offset, Libc.SEEK_DATA);
        if (start < 0)
        {
            end = 0;
            return Libc.LastErrno;
        }
        end = Libc.Seek(file.Number, start, Libc.SEEK_HOLE);
        return end < 0 ? Libc.LastErrno : Errno.OK;
    }

    /// <summary>Makes a range a hole, past the file's end too; the length stays (fallocate(2)).</summary>
    public static Errno TryPunch(SafeFd file, long offset, long lengthBytes) =>
        Libc.Allocate(
            file.Number, Libc.FALLOC_FL_PUNCH_HOLE | Libc.FALLOC_FL_KEEP_SIZE, offset, lengthBytes) == 0
            ? Errno.OK : Libc.LastErrno;
}
