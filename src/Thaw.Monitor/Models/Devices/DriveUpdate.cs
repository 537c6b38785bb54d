namespace Thaw.Monitor.Models;

/// <summary>Body of <c>PATCH /drives/{id}</c>.</summary>
internal sealed record DriveUpdate
{
    /// <summary>The id, as in the path.</summary>
    public required string DriveId { get; init; }

    /// <summary>The new file behind it.</summary>
    public string? PathOnHost { get; init; }

    /// <summary>New limits.</summary>
    public RateLimiterConfig? RateLimiter { get; init; }
}
