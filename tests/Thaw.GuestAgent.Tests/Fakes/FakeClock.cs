namespace Thaw.GuestAgent.Tests.Fakes;

internal sealed class FakeClock : IMonotonicClock
{
    private long _nowNs = 1_000_000_000;

    public long NowNs => Interlocked.Read(ref _nowNs);

    internal void AdvanceMs(long ms) => Interlocked.Add(ref _nowNs, ms * 1_000_000);
}
