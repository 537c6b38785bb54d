namespace Thaw.Linux;

/// <summary>The kernel's clocks in nanoseconds (clock_gettime(2), clock_settime(2)).</summary>
public static class LinuxClock
{
    private const long NsPerSecond = 1_000_000_000;

    /// <summary>CLOCK_MONOTONIC.</summary>
    public static long MonotonicNs => Read(Libc.CLOCK_MONOTONIC);

    /// <summary>CLOCK_BOOTTIME: since the kernel started.</summary>
    public static long BootTimeNs => Read(Libc.CLOCK_BOOTTIME);

    /// <summary>CLOCK_REALTIME: since 1970.</summary>
    public static long RealtimeNs => Read(Libc.CLOCK_REALTIME);

    /// <summary>Sets CLOCK_REALTIME.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static void SetRealtime(long unixNs)
    {
        Libc.timespec value = new() { sec = unixNs / NsPerSecond, nsec = unixNs % NsPerSecond };
        int result;
        // SAFETY: a local struct, read during the call only.
        unsafe
        {
            result = Libc.ClockSet(Libc.CLOCK_REALTIME, &value);
        }
        if (result != 0)
        {
            throw new LinuxException(Libc.LastErrno, $"clock_settime {unixNs} ns");
        }
    }

    private static long Read(int clock)
    {
        Libc.timespec value = default;
        int result;
        // SAFETY: a local struct, written during the call only.
        unsafe
        {
            result = Libc.ClockGet(clock, &value);
        }
        return result == 0
            ? (value.sec * NsPerSecond) + value.nsec
            : throw new LinuxException(Libc.LastErrno, $"clock_gettime {clock}");
    }
}
