namespace Thaw.Store;

/// <summary>Why a chunk was refused.</summary>
public enum ChunkFault
{
    /// <summary>The store does not have it.</summary>
    Missing,

    /// <summary>It is shorter or longer than its header says.</summary>
    WrongLength,

    /// <summary>It is not a chunk, or of a version or algorithm that this build does not read.</summary>
    Unsupported,

    /// <summary>Its header has a value that no writer makes.</summary>
    Malformed,

    /// <summary>It is under another data key than its manifest says: another's chunk under this name.</summary>
    WrongKey,

    /// <summary>Its tag does not fit: bytes were changed, or it is another chunk or another keyspace's.</summary>
    NotAuthentic,

    /// <summary>Its content does not decompress to what its header says.</summary>
    NotDecompressible,

    /// <summary>Its content has another name: it was sealed under a false one.</summary>
    WrongName,
}
