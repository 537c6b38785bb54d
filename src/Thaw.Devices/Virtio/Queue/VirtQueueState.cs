namespace Thaw.Devices.Virtio;

/// <summary>Saved state of a <see cref="VirtQueue"/>; the rings themselves are in guest memory.</summary>
public sealed record VirtQueueState
{
    /// <summary>Number of descriptors.</summary>
    public required ushort Size { get; init; }

    /// <summary>Whether the driver enabled the queue.</summary>
    public required bool IsReady { get; init; }

    /// <summary>Guest address of the descriptor table.</summary>
    public required ulong DescriptorTable { get; init; }

    /// <summary>Guest address of the available (driver) ring.</summary>
    public required ulong AvailableRing { get; init; }

    /// <summary>Guest address of the used (device) ring.</summary>
    public required ulong UsedRing { get; init; }

    /// <summary>Index of the next entry to take from the available ring.</summary>
    public required ushort NextAvailable { get; init; }

    /// <summary>Index of the next entry to fill in the used ring.</summary>
    public required ushort NextUsed { get; init; }

    /// <summary>Used index at the last decision about an interrupt.</summary>
    public required ushort SignalledUsed { get; init; }
}
