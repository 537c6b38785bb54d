namespace Thaw.Monitor.Models;

/// <summary>Body of <c>PATCH /pmem/{id}</c>.</summary>
internal sealed record PmemUpdate
{
    /// <summary>The id, as in the path.</summary>
    public required string Id { get; init; }

    /// <summary>New limits.</summary>
    public RateLimiterConfig? RateLimiter { get; init; }
}
