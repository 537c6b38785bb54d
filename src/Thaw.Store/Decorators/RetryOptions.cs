namespace Thaw.Store;

/// <summary>How often and how long a <see cref="RetryingChunkStore"/> tries.</summary>
public sealed record RetryOptions
{
    /// <summary>
    /// Requests beside the first: with the delays below a store that is gone for a minute is waited for, whatever the
    /// jitter.
    /// </summary>
    public int RetriesMax { get; init; } = 12;

    /// <summary>The first wait; each later one is about twice as long.</summary>
    public TimeSpan DelayFirst { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest wait.</summary>
    public TimeSpan DelayMax { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long one request may take.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Where jitter comes from: numbers from 0 up to 1. Safe for several threads.</summary>
    public required Func<double> Jitter { get; init; }
}
