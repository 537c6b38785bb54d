namespace Thaw.Store;

/// <summary>Where a chunk's GCM nonce comes from. The numbers are in chunk headers.</summary>
public enum NonceKind
{
    /// <summary>
    /// The keyed hash of header and compressed plaintext: the same chunk always seals to the same bytes, and other
    /// bytes never get the same nonce. For the service's chunks.
    /// </summary>
    Synthetic = 1,

    /// <summary>96 random bits: nobody sees whether a chunk was sealed before. For customers' chunks.</summary>
    Random = 2,
}
