namespace Thaw.Monitor.Models;

/// <summary>Body of <c>PUT /pmem/{id}</c>.</summary>
internal sealed record PmemConfig
{
    /// <summary>The id, as in the path.</summary>
    public required string Id { get; init; }

    /// <summary>The file behind it.</summary>
    public required string PathOnHost { get; init; }

    /// <summary>Whether the kernel's command line names it as root.</summary>
    public bool RootDevice { get; init; }

    /// <summary>Whether the guest may only read.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Limits of flushes.</summary>
    public RateLimiterConfig? RateLimiter { get; init; }
}
