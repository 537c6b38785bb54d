namespace Thaw.Linux.Tests.Events;

public sealed class TimerFdTests
{
    [Fact]
    public void TryDrain_NeverArmed_IsFalse()
    {
        using TimerFd timer = TimerFd.Create();

        Assert.False(timer.TryDrain());
    }

    [Fact]
    public void Arm_Delay_FiresOnce()
    {
        using TimerFd timer = TimerFd.Create();

        timer.Arm(TimeSpan.FromMilliseconds(1));

        Waiting.For(timer, PollEvents.Readable, "expiry");
        Assert.True(timer.TryDrain());
        Assert.False(timer.TryDrain());
    }

    [Fact]
    public void Arm_Again_ReplacesTheDelay()
    {
        using TimerFd timer = TimerFd.Create();
        timer.Arm(TimeSpan.FromDays(1));

        // The smallest TimeSpan: 100 ns, so the fraction of a second is not lost on the way.
        timer.Arm(TimeSpan.FromTicks(1));

        Waiting.For(timer, PollEvents.Readable, "expiry");
    }

    [Fact]
    public void Arm_Zero_Disarms()
    {
        using TimerFd disarmed = TimerFd.Create();
        using TimerFd later = TimerFd.Create();
        disarmed.Arm(TimeSpan.FromMilliseconds(30));
        disarmed.Arm(TimeSpan.Zero);
        later.Arm(TimeSpan.FromMilliseconds(60));

        Waiting.For(later, PollEvents.Readable, "expiry of the later timer");

        Assert.False(disarmed.TryDrain());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(-TimeSpan.TicksPerDay)]
    public void Arm_NegativeDelay_IsRefused(long ticks)
    {
        using TimerFd timer = TimerFd.Create();

        LinuxException refused = Assert.Throws<LinuxException>(() => timer.Arm(TimeSpan.FromTicks(ticks)));

        Assert.Equal(Errno.EINVAL, refused.Errno);
    }
}
