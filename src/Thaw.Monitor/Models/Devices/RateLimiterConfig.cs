namespace Thaw.Monitor.Models;

/// <summary>Limits of a device's bandwidth and operations.</summary>
internal sealed record RateLimiterConfig
{
    /// <summary>Bytes.</summary>
    public TokenBucketConfig? Bandwidth { get; init; }

    /// <summary>Operations.</summary>
    public TokenBucketConfig? Ops { get; init; }
}
