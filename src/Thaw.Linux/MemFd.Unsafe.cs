namespace Thaw.Linux;

/// <summary>A file in memory (memfd_create(2)), sparse until filled.</summary>
public sealed class MemFd : SafeFd
{
    private MemFd(int fd)
        : base(fd)
    {
    }

    /// <summary>Creates one of a length, all holes.</summary>
    /// <param name="name">For /proc, not unique.</param>
    /// <param name="lengthBytes">Its length.</param>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static MemFd Create(string name, long lengthBytes)
    {
        int fd = Libc.MemFdCreate(name, Libc.MFD_CLOEXEC | Libc.MFD_ALLOW_SEALING);
        if (fd < 0)
        {
            throw new LinuxException(Libc.LastErrno, "memfd_create");
        }
        MemFd file = new(fd);
        try
        {
            file.SetLength(lengthBytes);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Lets nobody write or resize the file any more, except through mappings that exist already: whoever gets the
    /// descriptor can read it and map it privately, and no more.
    /// </summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public void SealForReaders()
    {
        const int Seals = Libc.F_SEAL_FUTURE_WRITE | Libc.F_SEAL_SHRINK | Libc.F_SEAL_GROW | Libc.F_SEAL_SEAL;
        if (Libc.FdControl(Number, Libc.F_ADD_SEALS, Seals) != 0)
        {
            throw new LinuxException(Libc.LastErrno, "F_ADD_SEALS");
        }
    }
}
