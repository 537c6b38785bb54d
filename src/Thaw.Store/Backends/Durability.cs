namespace Thaw.Store;

/// <summary>What a local store does against power cuts.</summary>
public enum Durability
{
    /// <summary>
    /// An object's bytes are on the device before its name is there, and names are after
    /// <see cref="IWritableChunkStore.FlushAsync"/>.
    /// </summary>
    Full,

    /// <summary>Nothing: for caches and tests. A power cut may leave damaged objects.</summary>
    None,
}
