using System.Buffers.Binary;
using Thaw.Linux;
using Thaw.Snapshot;

namespace Thaw.Devices.Virtio.Pmem;

/// <summary>A file that the guest sees as persistent memory (virtio 1.2, section 5.19).</summary>
/// <remarks>
/// The device only tells where the memory is and flushes it. The owner maps the file and gives it to the guest as a
/// memory slot; it should also be a region of <see cref="Memory.GuestMemory"/>, because a guest may do I/O from there.
/// </remarks>
public sealed class PmemDevice : IVirtioDevice, ISnapshotable<PmemDevice, PmemState, PmemArgs>
{
    private const ushort QueueSize = 64;
    private const int ConfigBytes = 16;

    private readonly PmemOptions _options;
    private readonly SafeFd? _backing;
    private VirtioContext? _context;

    /// <summary>Creates a device.</summary>
    /// <param name="options">What it is.</param>
    /// <param name="backing">The file to flush; not needed when read-only. Not owned.</param>
    public PmemDevice(PmemOptions options, SafeFd? backing)
    {
        _options = options;
        _backing = backing;
    }

    /// <summary>What it is.</summary>
    public PmemOptions Options => _options;

    /// <summary>What it counted.</summary>
    public PmemMetrics Metrics { get; } = new();

    /// <inheritdoc/>
    public VirtioDeviceType DeviceType => VirtioDeviceType.Pmem;

    /// <inheritdoc/>
    public string Name => _options.Id;

    /// <inheritdoc/>
    public ulong DeviceFeatures => 0;

    /// <inheritdoc/>
    public IReadOnlyList<ushort> QueueSizes { get; } = [QueueSize];

    /// <inheritdoc/>
    public void Attach(VirtioContext context) => _context = context;

    /// <inheritdoc/>
    public void ReadConfig(ulong offset, Span<byte> data)
    {
        Span<byte> config = stackalloc byte[ConfigBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(config, _options.Start.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(config[8..], _options.SizeBytes);
        ConfigSpace.Read(config, offset, data);
    }

    /// <inheritdoc/>
    public void WriteConfig(ulong offset, ReadOnlySpan<byte> data)
    {
    }

    /// <inheritdoc/>
    public void Activate()
    {
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

    /// <inheritdoc/>
    public PmemState SaveState() => new() { Options = _options };

    /// <inheritdoc/>
    public static PmemDevice Restore(in PmemState state, PmemArgs args) =>
        new(state.Options with { Path = args.Path }, args.Backing);

    private uint Execute(DescriptorChain chain)
    {
        if (!PmemRequest.TryReadType(chain, out uint type))
        {
            Metrics.InvalidRequests.Increment();
            return 0;
        }
        if (type != PmemRequest.TypeFlush)
        {
            Metrics.InvalidRequests.Increment();
            return PmemRequest.WriteResult(chain, PmemRequest.ResultFailure);
        }
        return PmemRequest.WriteResult(chain, Flush() ? PmemRequest.ResultSuccess : PmemRequest.ResultFailure);
    }

    private bool Flush()
    {
        if (_options.IsReadOnly || _backing is null)
        {
            Metrics.EmptyFlushes.Increment();
            return true;
        }
        bool isFlushed = _backing.TrySync() == Errno.OK;
        (isFlushed ? Metrics.Flushes : Metrics.Failures).Increment();
        return isFlushed;
    }
}
