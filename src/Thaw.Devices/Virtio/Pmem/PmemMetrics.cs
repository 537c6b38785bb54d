namespace Thaw.Devices.Virtio.Pmem;

/// <summary>What a persistent memory device counted.</summary>
public sealed class PmemMetrics
{
    /// <summary>Flushes that reached the file.</summary>
    public Counter Flushes { get; } = new();

    /// <summary>Flushes of a read-only device, with nothing to do.</summary>
    public Counter EmptyFlushes { get; } = new();

    /// <summary>Flushes that failed.</summary>
    public Counter Failures { get; } = new();

    /// <summary>Requests that were none.</summary>
    public Counter InvalidRequests { get; } = new();
}
