namespace Thaw.Store.S3;

/// <summary>Which store to use, and how: what <c>--store</c> and its options say.</summary>
public sealed record StoreSetup
{
    /// <summary>A directory, or <c>s3://bucket/prefix</c>.</summary>
    public required string Location { get; init; }

    /// <summary>The address of a server that speaks S3; null for AWS.</summary>
    public Uri? S3Endpoint { get; init; }

    /// <summary>Where objects of a remote store are kept locally.</summary>
    public required string CacheDirectory { get; init; }

    /// <summary>How much of a remote store is kept locally.</summary>
    public long CacheBytesMax { get; init; } = 8L * 1024 * 1024 * 1024;

    /// <summary>The local key file.</summary>
    public required string KeyFile { get; init; }

    /// <summary>What stands between the store itself and everything else; nothing unless a test says so.</summary>
    public Func<IPrunableChunkStore, IPrunableChunkStore> Around { get; init; } = store => store;

    /// <summary>Whether the location is a bucket.</summary>
    public bool IsRemote => Location.StartsWith("s3://", StringComparison.Ordinal);
}
