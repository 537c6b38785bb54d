namespace Thaw.Linux;

/// <summary>A monotonic one-shot timer that a poller can wait for (timerfd_create(2)).</summary>
public sealed class TimerFd : SafeFd
{
    private TimerFd(int fd)
        : base(fd)
    {
    }

    /// <summary>Creates one, disarmed.</summary>
    /// <exception cref="LinuxException">Out of descriptors.</exception>
    public static TimerFd Create()
    {
        int fd = Libc.TimerFdCreate(Libc.CLOCK_MONOTONIC, Libc.TFD_CLOEXEC | Libc.TFD_NONBLOCK);
        return fd >= 0 ? new TimerFd(fd) : throw new LinuxException(Libc.LastErrno, "timerfd_create");
    }

    /// <summary>Fires once after <paramref name="delay"/>; zero disarms.</summary>
    /// <exception cref="LinuxException">A negative delay.</exception>
    public void Arm(TimeSpan delay)
    {
        Libc.itimerspec value = new()
        {
            value_sec = delay.Ticks / TimeSpan.TicksPerSecond,
            value_nsec = delay.Ticks % TimeSpan.TicksPerSecond * 100,
        };
        int result;
        // SAFETY: a local struct, read during the call only.
        unsafe
        {
            result = Libc.TimerFdSet(Number, 0, &value, null);
        }
        if (result != 0)
        {
            throw new LinuxException(Libc.LastErrno, "timerfd_settime");
        }
    }

    /// <summary>Whether it fired since the last call.</summary>
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
