namespace Thaw.Store.S3;

/// <summary>How to reach an S3 service.</summary>
public sealed record S3StoreOptions
{
    /// <summary>Bucket and prefix.</summary>
    public required S3Location Location { get; init; }

    /// <summary>
    /// The service's address, for any server that speaks S3: buckets are then part of the path. Null for AWS, by
    /// region.
    /// </summary>
    public Uri? Endpoint { get; init; }

    /// <summary>
    /// The region; null takes what the environment or profile says, or <c>us-east-1</c> with an endpoint.
    /// </summary>
    public string? Region { get; init; }

    /// <summary>Connections kept open at most; put a <see cref="LimitingChunkStore"/> of this bound in front.</summary>
    public int ConnectionsMax { get; init; } = 32;
}
