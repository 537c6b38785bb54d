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

    /// <summary>
    /// The parts with data, ascending, as the file system knows them. One that knows nothing of holes gives the whole
    /// file; parts may read as zeros too.
    /// </summary>
    /// <exception cref="LinuxException">The file cannot be opened or asked.</exception>
    public static IReadOnlyList<(long Offset, long Length)> FindData(string path)
    {
        using SafeFd file = SafeFd.Open(path, FileOpen.Read);
        List<(long Offset, long Length)> found = [];
        long position = 0;
        Errno errno;
        while ((errno = TryFindData(file, position, out long start, out position)) == Errno.OK)
        {
            found.Add((start, position - start));
        }
        return errno == Errno.ENXIO ? found : throw new LinuxException(errno, $"find data in {path}");
    }

    /// <summary>Makes a range a hole, past the file's end too; the length stays (fallocate(2)).</summary>
    public static Errno TryPunch(SafeFd file, long offset, long lengthBytes) =>
        Libc.Allocate(
            file.Number, Libc.FALLOC_FL_PUNCH_HOLE | Libc.FALLOC_FL_KEEP_SIZE, offset, lengthBytes) == 0
            ? Errno.OK : Libc.LastErrno;
}
