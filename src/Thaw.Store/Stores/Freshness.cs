namespace Thaw.Store;

/// <summary>Where a read may be answered from.</summary>
public enum Freshness
{
    /// <summary>From a cache, if one has it.</summary>
    Cached,

    /// <summary>From the origin; caches take the new copy. For when a cached copy turned out to be damaged.</summary>
    Origin,
}
