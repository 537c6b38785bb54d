namespace Thaw.Worker;

/// <summary>Where the memory of clones comes from.</summary>
public enum MemorySource
{
    /// <summary>
    /// Images in memory, one for each layer, that all clones share which have that layer; the pager fills them from the
    /// store as they are touched.
    /// </summary>
    Images,

    /// <summary>A file for each version, on the worker's disk, unencrypted.</summary>
    Files,
}
