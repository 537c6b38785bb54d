using Thaw.Snapshot;

namespace Thaw.Devices.Virtio;

/// <summary>Saved state of a <see cref="VirtQueue"/>; the rings themselves are in guest memory.</summary>
public sealed record VirtQueueState
{
    internal const int EncodedBytes = 33;

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

    internal void Encode(StateWriter writer)
    {
        writer.U16(Size);
        writer.Bool(IsReady);
        writer.U64(DescriptorTable);
        writer.U64(AvailableRing);
        writer.U64(UsedRing);
        writer.U16(NextAvailable);
        writer.U16(NextUsed);
        writer.U16(SignalledUsed);
    }

    internal static VirtQueueState Decode(StateReader reader) => new()
    {
        Size = reader.U16(),
        IsReady = reader.Bool(),
        DescriptorTable = reader.U64(),
        AvailableRing = reader.U64(),
        UsedRing = reader.U64(),
        NextAvailable = reader.U16(),
        NextUsed = reader.U16(),
        SignalledUsed = reader.U16(),
    };
}
