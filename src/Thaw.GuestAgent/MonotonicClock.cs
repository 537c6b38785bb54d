using Thaw.Linux;

namespace Thaw.GuestAgent;

/// <summary>CLOCK_MONOTONIC.</summary>
internal sealed class MonotonicClock : IMonotonicClock
{
    /// <inheritdoc/>
    public long NowNs => LinuxClock.MonotonicNs;
}
