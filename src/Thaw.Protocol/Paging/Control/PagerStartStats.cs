namespace Thaw.Protocol;

/// <summary>What one clone's memory cost. Pages are of 4 KiB.</summary>
public sealed record PagerStartStats
{
    /// <summary>Its name at this pager.</summary>
    public required string Start { get; init; }

    /// <summary>The image that it is served from.</summary>
    public required string Image { get; init; }

    /// <summary>Of Start: the socket for the monitor's <c>backend_path</c>.</summary>
    public string? Socket { get; init; }

    /// <summary>How far it is.</summary>
    public PagerStartState State { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Error { get; init; }

    /// <summary>Guest memory in bytes.</summary>
    public long GuestBytes { get; init; }

    /// <summary>Page faults that came to the pager.</summary>
    public long Faults { get; init; }

    /// <summary>Of these: pages that are zero.</summary>
    public long ZeroFaults { get; init; }

    /// <summary>Of these: pages that were in memory when the fault was looked at.</summary>
    public long FaultsInMemory { get; init; }

    /// <summary>Of these: pages that had to be waited for.</summary>
    public long FaultsWaited { get; init; }

    /// <summary>Microseconds that faults waited for the source, added up.</summary>
    public long WaitedUs { get; init; }

    /// <summary>Chunks loaded for this start, by faults and by prefetch.</summary>
    public long ChunksLoaded { get; init; }

    /// <summary>Bytes as stored that moved for this start, from a cache or from afar.</summary>
    public long BytesMoved { get; init; }

    /// <summary>Of these: bytes from afar, past every cache on this machine.</summary>
    public long BytesFromOrigin { get; init; }

    /// <summary>Pages of the working set that prefetch brought into memory for this start.</summary>
    public long Prefetched { get; init; }

    /// <summary>Of these: pages that the clone had not touched when it settled.</summary>
    public long PrefetchWasted { get; init; }

    /// <summary>Whether all of the working set is in memory.</summary>
    public bool PrefetchDone { get; init; }

    /// <summary>Pages that were mapped before the guest ran; they count as touched.</summary>
    public long Populated { get; init; }

    /// <summary>Pages that the clone had touched when it settled; 0 before.</summary>
    public long Touched { get; init; }

    /// <summary>Of the touched pages: the share that was there without waiting.</summary>
    public double HitRate { get; init; }
}
