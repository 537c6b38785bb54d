namespace Thaw.Monitor.Models;

/// <summary>Body of <c>PUT /drives/{id}</c>.</summary>
internal sealed record DriveConfig
{
    /// <summary>The id, as in the path.</summary>
    public required string DriveId { get; init; }

    /// <summary>Partition that is the root device, for the kernel's command line.</summary>
    public string? Partuuid { get; init; }

    /// <summary>Whether the kernel's command line names it as root.</summary>
    public required bool IsRootDevice { get; init; }

    /// <summary>Whether a guest's flush reaches the disk.</summary>
    public CacheType CacheType { get; init; }

    /// <summary>Whether the guest may only read.</summary>
    public bool? IsReadOnly { get; init; }

    /// <summary>The file or block device behind it.</summary>
    public string? PathOnHost { get; init; }

    /// <summary>Limits of bandwidth and operations.</summary>
    public RateLimiterConfig? RateLimiter { get; init; }

    /// <summary>How it does its I/O.</summary>
    public IoEngine? IoEngine { get; init; }

    /// <summary>Socket of a vhost-user backend.</summary>
    public string? Socket { get; init; }
}
