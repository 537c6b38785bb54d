namespace Thaw.Protocol;

/// <summary>
/// From the pager to a monitor: memory is served from now on, or (at any time later) cannot be served any more.
/// </summary>
public sealed record PagerNotice
{
    /// <summary>Whether page faults are being served.</summary>
    public bool Ready { get; init; }

    /// <summary>Why the microVM cannot go on; null when it can.</summary>
    public string? Error { get; init; }
}
