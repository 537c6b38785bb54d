namespace Thaw.GuestAgent;

/// <summary>A clock that never goes back, and in a clone goes on from the snapshot's moment.</summary>
internal interface IMonotonicClock
{
    /// <summary>Nanoseconds since some moment.</summary>
    long NowNs { get; }
}
