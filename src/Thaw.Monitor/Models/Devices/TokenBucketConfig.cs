namespace Thaw.Monitor.Models;

/// <summary>A token bucket of a rate limiter.</summary>
internal sealed record TokenBucketConfig
{
    /// <summary>Tokens that it holds.</summary>
    public required ulong Size { get; init; }

    /// <summary>Tokens beyond <see cref="Size"/>, once.</summary>
    public ulong? OneTimeBurst { get; init; }

    /// <summary>Milliseconds to fill it.</summary>
    public required ulong RefillTime { get; init; }
}
