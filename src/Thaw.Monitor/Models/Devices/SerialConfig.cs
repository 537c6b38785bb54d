namespace Thaw.Monitor.Models;

/// <summary>Body of <c>PUT /serial</c>.</summary>
internal sealed record SerialConfig
{
    /// <summary>File or pipe that the guest's console goes to; standard output when absent.</summary>
    public string? SerialOutPath { get; init; }

    /// <summary>Limit of the console's bandwidth.</summary>
    public TokenBucketConfig? RateLimiter { get; init; }
}
