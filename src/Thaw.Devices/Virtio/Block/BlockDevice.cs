using System.Buffers.Binary;
using Thaw.Linux;
using Thaw.Snapshot;

namespace Thaw.Devices.Virtio.Block;

/// <summary>
/// A drive backed by a file (virtio 1.2, section 5.2). I/O is done where it stands, on the event loop's thread.
/// </summary>
public sealed partial class BlockDevice : IVirtioDevice, ISnapshotable<BlockDevice, BlockState, BlockArgs>, IDisposable
{
    /// <summary>The unit of addresses and lengths.</summary>
    public const int SectorBytes = 512;

    /// <summary>Most bytes of one request; the loop serves others after so many at the latest.</summary>
    public const uint RequestBytesMax = 64 * 1024 * 1024;

    private const ushort QueueSize = 256;
    private const int ConfigBytes = 60;
    internal const int SegmentCountMaxOffset = 12;
    internal const int BlockSizeOffset = 20;
    internal const ulong FeatureSegmentCountMax = 1UL << 2;
    internal const ulong FeatureReadOnly = 1UL << 5;
    internal const ulong FeatureBlockSize = 1UL << 6;
    internal const ulong FeatureFlush = 1UL << 9;

    private SafeFd _file;
    private ulong _capacitySectors;
    private bool _isCapacityNews;
    private VirtioContext? _context;

    /// <summary>Opens the file and creates a device over it.</summary>
    /// <exception cref="LinuxException">The file cannot be opened.</exception>
    public BlockDevice(BlockOptions options)
    {
        Options = options;
        _file = Open(options, out _capacitySectors);
    }

    /// <summary>What it is.</summary>
    public BlockOptions Options { get; private set; }

    /// <summary>Its size in sectors; a partial sector at the file's end does not count.</summary>
    public ulong CapacitySectors => Volatile.Read(ref _capacitySectors);

    /// <summary>What it counted.</summary>
    public BlockMetrics Metrics { get; } = new();

    /// <inheritdoc/>
    public VirtioDeviceType DeviceType => VirtioDeviceType.Block;

    /// <inheritdoc/>
    public string Name => Options.DriveId;

    /// <inheritdoc/>
    public ulong DeviceFeatures => FeatureSegmentCountMax | FeatureBlockSize
        | (Options.IsReadOnly ? FeatureReadOnly : 0)
        | (Options.CacheType == BlockCacheType.Writeback ? FeatureFlush : 0);

    /// <inheritdoc/>
    public IReadOnlyList<ushort> QueueSizes { get; } = [QueueSize];

    /// <inheritdoc/>
    public void Attach(VirtioContext context) => _context = context;

    /// <inheritdoc/>
    public void ReadConfig(ulong offset, Span<byte> data)
    {
        Span<byte> config = stackalloc byte[ConfigBytes];
        config.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(config, _capacitySectors);
        BinaryPrimitives.WriteUInt32LittleEndian(config[SegmentCountMaxOffset..], QueueSize - 2);
        BinaryPrimitives.WriteUInt32LittleEndian(config[BlockSizeOffset..], SectorBytes);
        ConfigSpace.Read(config, offset, data);
    }

    /// <inheritdoc/>
    public void WriteConfig(ulong offset, ReadOnlySpan<byte> data)
    {
    }

    /// <inheritdoc/>
    public void Activate()
    {
        if (_isCapacityNews)
        {
            _isCapacityNews = false;
            _context!.ConfigChanged();
        }
    }

    /// <inheritdoc/>
    public void Reset()
    {
    }

    /// <inheritdoc/>
    public void ProcessQueue(int index)
    {
        VirtQueue queue = _context!.Queues[index];
        QueueTurn turn = new(queue);
        while (turn.TryNext(out DescriptorChain? chain))
        {
            queue.AddUsed(chain.Head, Execute(chain));
        }
        turn.End(_context, index);
    }

    /// <summary>
    /// Exchanges the file; the guest is told the new capacity. Requests see the old file or the new one, never both.
    /// On the event loop's thread or any other.
    /// </summary>
    /// <exception cref="LinuxException">The file cannot be opened; the old one stays.</exception>
    public void UpdateBackingFile(string path)
    {
        BlockOptions options = Options with { Path = path };
        SafeFd opened = Open(options, out ulong capacity);
        if (_context is null)
        {
            Exchange(options, opened, capacity);
            return;
        }
        lock (_context.Gate)
        {
            Exchange(options, opened, capacity);
            _context.ConfigChanged();
        }
    }

    /// <inheritdoc/>
    public BlockState SaveState() => new() { Options = Options, CapacitySectors = CapacitySectors };

    /// <inheritdoc/>
    public static BlockDevice Restore(in BlockState state, BlockArgs args)
    {
        BlockDevice device = new(state.Options with { Path = args.PathOverride ?? state.Options.Path });
        // The guest hears of another capacity as soon as it runs.
        device._isCapacityNews = device._capacitySectors != state.CapacitySectors;
        return device;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void Exchange(BlockOptions options, SafeFd opened, ulong capacity)
    {
        _file.Dispose();
        _file = opened;
        Options = options;
        Volatile.Write(ref _capacitySectors, capacity);
        Metrics.Updates.Increment();
    }

    private static SafeFd Open(BlockOptions options, out ulong capacitySectors)
    {
        SafeFd file = SafeFd.Open(options.Path, options.IsReadOnly ? FileOpen.Read : FileOpen.ReadWrite);
        try
        {
            capacitySectors = (ulong)file.Length() / SectorBytes;
        }
        catch (LinuxException)
        {
            file.Dispose();
            throw;
        }
        return file;
    }
}
