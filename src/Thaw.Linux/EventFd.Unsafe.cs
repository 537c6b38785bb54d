namespace Thaw.Linux;

/// <summary>
/// A non-blocking eventfd(2): a counter that wakes pollers, and that KVM can signal or be signalled by.
/// </summary>
public sealed class EventFd : SafeFd
{
    private EventFd(int fd)
        : base(fd)
    {
    }

    /// <summary>Creates one with count 0.</summary>
    /// <exception cref="LinuxException">Out of descriptors.</exception>
    public static EventFd Create()
    {
        int fd = Libc.EventFdCreate(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
        return fd >= 0 ? new EventFd(fd) : throw new LinuxException(Libc.LastErrno, "eventfd");
    }

    /// <summary>Adds one to the counter. A full counter is signalled already, so EAGAIN is no error.</summary>
    public void Signal()
    {
        ulong one = 1;
        // SAFETY: eight bytes of a local.
        unsafe
        {
            _ = Libc.Write(Number, (byte*)&one, sizeof(ulong));
        }
    }

    /// <summary>Reads and resets the counter; false when it was 0.</summary>
    public bool TryDrain()
    {
        ulong value = 0;
        // SAFETY: eight bytes of a local.
        unsafe
        {
            return Libc.Read(Number, (byte*)&value, sizeof(ulong)) == sizeof(ulong);
        }
    }
}
