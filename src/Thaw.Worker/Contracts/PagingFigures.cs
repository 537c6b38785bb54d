namespace Thaw.Worker;

/// <summary>How a clone's memory came that was not on this machine, until its first answer.</summary>
public sealed record PagingFigures
{
    /// <summary>The guest's memory in bytes.</summary>
    public required long GuestBytes { get; init; }

    /// <summary>Bytes loaded for this start, as stored.</summary>
    public required long BytesMoved { get; init; }

    /// <summary>Of these, what no cache had.</summary>
    public required long BytesFromOrigin { get; init; }

    /// <summary>Page faults that came to the pager.</summary>
    public required long Faults { get; init; }

    /// <summary>Of these, those that had to wait for the store.</summary>
    public required long FaultsWaited { get; init; }

    /// <summary>Pages brought before anybody touched them.</summary>
    public required long Prefetched { get; init; }

    /// <summary>Of these, pages that nobody touched.</summary>
    public required long PrefetchWasted { get; init; }

    /// <summary>Pages mapped before the guest ran, since earlier clones touched them.</summary>
    public long Populated { get; init; }

    /// <summary>Of the pages touched, the share that nobody had to wait for.</summary>
    public required double HitRate { get; init; }
}
