namespace Thaw.Linux.Tests.Processes;

public sealed class LinuxClockTests
{
    [Fact]
    public void MonotonicNs_ReadTwice_DoesNotGoBack()
    {
        long first = LinuxClock.MonotonicNs;

        Assert.InRange(LinuxClock.MonotonicNs, first, long.MaxValue);
    }

    [Fact]
    public void BootTimeNs_IncludesWhatMonotonicLeavesOut()
    {
        long monotonic = LinuxClock.MonotonicNs;

        Assert.InRange(LinuxClock.BootTimeNs, monotonic, long.MaxValue);
    }

    [Fact]
    public void RealtimeNs_IsInNanosecondsSince1970()
    {
        // .NET's own reading of the same clock, in ticks of 100 ns.
        long before = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks;
        long ticks = LinuxClock.RealtimeNs / 100;
        long after = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks;

        Assert.InRange(ticks, before, after);
    }
}
