namespace Thaw.Store;

/// <summary>How publications and sweeps wait for one another.</summary>
public sealed record GateOptions
{
    /// <summary>
    /// A publication or sweep whose record did not change for this long is dead. Its owner renews it four times as
    /// often, and gives up after half of it without success.
    /// </summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a waiter looks again.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long one waits for others at most.</summary>
    public TimeSpan WaitMax { get; init; } = TimeSpan.FromMinutes(10);
}
