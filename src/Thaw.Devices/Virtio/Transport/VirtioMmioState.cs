using Thaw.Snapshot;

namespace Thaw.Devices.Virtio;

/// <summary>Saved state of a <see cref="VirtioMmioTransport"/> and its queues.</summary>
public sealed record VirtioMmioState : ISnapshotState<VirtioMmioState>
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

    /// <inheritdoc/>
    public static ushort StateVersion => 1;

    /// <inheritdoc/>
    public void Encode(StateWriter writer)
    {
        writer.U32((uint)DeviceType);
        writer.U32(DeviceFeaturesSelector);
        writer.U32(DriverFeaturesSelector);
        writer.U64(AckedFeatures);
        writer.U32(QueueSelector);
        writer.U32((uint)Status);
        writer.U32(InterruptStatus);
        writer.U32(ConfigGeneration);
        writer.Count(Queues.Count);
        foreach (VirtQueueState queue in Queues)
        {
            queue.Encode(writer);
        }
    }

    /// <inheritdoc/>
    public static VirtioMmioState Decode(StateReader reader, ushort version)
    {
        VirtioMmioState state = new()
        {
            DeviceType = (VirtioDeviceType)reader.U32(),
            DeviceFeaturesSelector = reader.U32(),
            DriverFeaturesSelector = reader.U32(),
            AckedFeatures = reader.U64(),
            QueueSelector = reader.U32(),
            Status = (VirtioStatus)reader.U32(),
            InterruptStatus = reader.U32(),
            ConfigGeneration = reader.U32(),
            Queues = [],
        };
        VirtQueueState[] queues = new VirtQueueState[reader.Count(QueueCountMax, VirtQueueState.EncodedBytes)];
        for (int i = 0; i < queues.Length; i++)
        {
            queues[i] = VirtQueueState.Decode(reader);
        }
        return state with { Queues = queues };
    }
}
