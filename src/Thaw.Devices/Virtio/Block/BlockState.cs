using Thaw.Snapshot;

namespace Thaw.Devices.Virtio.Block;

/// <summary>Saved state of a <see cref="BlockDevice"/>.</summary>
public sealed record BlockState : ISnapshotState<BlockState>
{
    /// <summary>Its configuration.</summary>
    public required BlockOptions Options { get; init; }

    /// <summary>The capacity that the guest knows.</summary>
    public required ulong CapacitySectors { get; init; }

    /// <inheritdoc/>
    public static ushort StateVersion => 1;

    /// <inheritdoc/>
    public void Encode(StateWriter writer)
    {
        writer.Text(Options.DriveId);
        writer.Text(Options.Path);
        writer.Bool(Options.IsReadOnly);
        writer.U8((byte)Options.CacheType);
        writer.U64(CapacitySectors);
    }

    /// <inheritdoc/>
    public static BlockState Decode(StateReader reader, ushort version)
    {
        string driveId = reader.Text();
        string path = reader.Text();
        bool isReadOnly = reader.Bool();
        byte cacheType = reader.U8();
        if (cacheType > (byte)BlockCacheType.Writeback)
        {
            throw reader.Malformed($"a cache type of {cacheType}");
        }
        return new BlockState
        {
            Options = new BlockOptions(driveId, path, isReadOnly, (BlockCacheType)cacheType),
            CapacitySectors = reader.U64(),
        };
    }
}
