namespace Thaw.Store;

/// <summary>
/// Bounds on what a store, a manifest or an export may claim, checked before anything is allocated for it.
/// </summary>
public static class StoreLimits
{
    /// <summary>Plaintext of a chunk, in bytes.</summary>
    public const int ChunkBytesMax = 1024 * 1024;

    /// <summary>
    /// Pages in a chunk when nothing else is asked for: 128 KiB (docs/design/0010-chunk-store.md has the figures).
    /// </summary>
    public const int PagesPerChunkDefault = 32;

    /// <summary>Pages in a chunk at most.</summary>
    public const int PagesPerChunkMax = ChunkBytesMax / Core.PageSize.Bytes;

    /// <summary>An object that is not a chunk: a manifest, a working set, a record.</summary>
    public const int ObjectBytesMax = 160 * 1024 * 1024;

    /// <summary>A manifest's sealed part, decompressed.</summary>
    public const int ManifestBodyBytesMax = 128 * 1024 * 1024;

    /// <summary>Distinct chunks that one layer names.</summary>
    public const int ChunksPerLayerMax = 1 << 20;

    /// <summary>Chunks of a layer in their order; a chunk may come more than once.</summary>
    public const int SequenceMax = 1 << 22;

    /// <summary>Runs in the page map of one space.</summary>
    public const int RunsPerSpaceMax = 1 << 22;

    /// <summary>Spaces of a layer.</summary>
    public const int SpacesMax = 64;

    /// <summary>Length of a space's name in bytes.</summary>
    public const int SpaceNameBytesMax = 96;

    /// <summary>Length of a space: 4 TiB.</summary>
    public const long SpaceBytesMax = 1L << 42;

    /// <summary>Ranges in a working set.</summary>
    public const int WorkingSetRangesMax = 1 << 20;

    /// <summary>Layers from a leaf to its root.</summary>
    public const int ChainLengthMax = 32;

    /// <summary>Data keys that one layer's chunks are under: its own and those of the layers it shares with.</summary>
    public const int DataKeysPerLayerMax = 8;

    /// <summary>Length of a wrapped data key in bytes.</summary>
    public const int WrappedKeyBytesMax = 1024;

    /// <summary>Length of an account's id.</summary>
    public const int AccountIdBytesMax = 64;

    /// <summary>Length of a local key file in bytes.</summary>
    public const int KeyFileBytesMax = 64 * 1024 * 1024;

    /// <summary>Layers in one export.</summary>
    public const int LayersPerExportMax = ChainLengthMax;

    /// <summary>Requests that one operation has under way at the store.</summary>
    public const int ParallelismMax = 256;
}
