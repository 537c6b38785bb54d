namespace Thaw.Store;

/// <summary>What was done to a chunk's plaintext before it was encrypted. The numbers are in chunk headers.</summary>
public enum Compression
{
    /// <summary>Nothing: it does not compress.</summary>
    Stored = 0,

    /// <summary>One zstd frame.</summary>
    Zstd = 1,
}
