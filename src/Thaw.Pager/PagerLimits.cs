namespace Thaw.Pager;

/// <summary>Bounds on what a pager holds and waits for.</summary>
internal static class PagerLimits
{
    /// <summary>Images that are open at once.</summary>
    internal const int ImagesMax = 4096;

    /// <summary>Clones that are expected or served at once; each has a thread.</summary>
    internal const int StartsMax = 4096;

    /// <summary>Ended starts whose figures are kept for who asks late.</summary>
    internal const int EndedStartsMax = 1024;

    /// <summary>Control connections.</summary>
    internal const int ControlConnectionsMax = 64;

    /// <summary>Faults of one clone that wait for the source; more than any microVM has threads.</summary>
    internal const int WaitingFaultsMax = 1024;

    /// <summary>Chunks that faults load at once; each takes a buffer.</summary>
    internal const int FaultFlightsMax = 16;

    /// <summary>Chunks that prefetches load at once, of all starts together.</summary>
    internal const int PrefetchFlightsMax = 8;

    /// <summary>Pieces of a working set's copies that one start loads at once; each takes 2 MiB.</summary>
    internal const int CopyFlightsMax = 4;

    /// <summary>A chunk's pages.</summary>
    internal const int PagesPerChunkMax = 256;

    /// <summary>Pages of guest memory: 4 TiB.</summary>
    internal const long PagesMax = 1L << 30;

    /// <summary>Ranges of a working set.</summary>
    internal const int WorkingSetRangesMax = 1 << 18;

    /// <summary>Pages that are brought into memory before anybody asks for them: 1 GiB.</summary>
    internal const int WarmPagesMax = 1 << 18;

    /// <summary>Segments of guest memory: mappings that each start makes. With more, gaps are closed.</summary>
    internal const int SegmentsMax = 1024;

    /// <summary>Zero pages between two segments of one layer that are not worth a segment more: 256 KiB.</summary>
    internal const uint ZeroGapPages = 64;
}
