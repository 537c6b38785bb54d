namespace Thaw.Store;

/// <summary>Where and how much a <see cref="CachingChunkStore"/> keeps.</summary>
public sealed record CacheOptions
{
    /// <summary>The cache's directory; several processes may use one.</summary>
    public required string Directory { get; init; }

    /// <summary>
    /// Bytes kept at most. Each process that uses the directory may exceed it by a sixteenth for a while.
    /// </summary>
    public required long BytesMax { get; init; }
}
