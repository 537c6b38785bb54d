namespace Thaw.Devices.Virtio;

/// <summary>Saved state of a <see cref="VirtioMmioTransport"/> and its queues.</summary>
public sealed record VirtioMmioState
{
    /// <summary>Most queues that a state may have.</summary>
    public const int QueueCountMax = 16;

    /// <summary>Device type, so that a state is not given to another device.</summary>
    public required VirtioDeviceType DeviceType { get; init; }

    /// <summary>DeviceFeaturesSel.</summary>
    public required uint DeviceFeaturesSelector { get; init; }

    /// <summary>DriverFeaturesSel.</summary>
    public required uint DriverFeaturesSelector { get; init; }

    /// <summary>The features that the driver accepted.</summary>
    public required ulong AckedFeatures { get; init; }

    /// <summary>QueueSel.</summary>
    public required uint QueueSelector { get; init; }

    /// <summary>Status.</summary>
    public required VirtioStatus Status { get; init; }

    /// <summary>InterruptStatus.</summary>
    public required uint InterruptStatus { get; init; }

    /// <summary>ConfigGeneration.</summary>
    public required uint ConfigGeneration { get; init; }

    /// <summary>All queues of the device, in order.</summary>
    public required IReadOnlyList<VirtQueueState> Queues { get; init; }
}
