namespace Thaw.Devices.Virtio.Rng;

/// <summary>What an entropy device counted.</summary>
public sealed class RngMetrics
{
    /// <summary>Requests answered.</summary>
    public Counter Requests { get; } = new();

    /// <summary>Random bytes given.</summary>
    public Counter Bytes { get; } = new();

    /// <summary>Requests that got nothing: no writable buffer, or the source failed.</summary>
    public Counter Failures { get; } = new();
}
