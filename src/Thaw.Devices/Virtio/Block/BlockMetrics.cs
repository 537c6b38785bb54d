namespace Thaw.Devices.Virtio.Block;

/// <summary>What a block device counted.</summary>
public sealed class BlockMetrics
{
    /// <summary>Reads that succeeded.</summary>
    public Counter Reads { get; } = new();

    /// <summary>Bytes read.</summary>
    public Counter ReadBytes { get; } = new();

    /// <summary>Writes that succeeded.</summary>
    public Counter Writes { get; } = new();

    /// <summary>Bytes written.</summary>
    public Counter WrittenBytes { get; } = new();

    /// <summary>Flushes that succeeded.</summary>
    public Counter Flushes { get; } = new();

    /// <summary>
    /// Requests that no correct driver makes: malformed, out of range, or writing to a read-only drive.
    /// </summary>
    public Counter InvalidRequests { get; } = new();

    /// <summary>Correct requests that the host could not do.</summary>
    public Counter HostFailures { get; } = new();

    /// <summary>Times that the file was exchanged.</summary>
    public Counter Updates { get; } = new();
}
