namespace Thaw.Monitor.Models;

/// <summary>Body of <c>PUT /entropy</c>.</summary>
internal sealed record EntropyConfig
{
    /// <summary>Limits of the device.</summary>
    public RateLimiterConfig? RateLimiter { get; init; }
}
