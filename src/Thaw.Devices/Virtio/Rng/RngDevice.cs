using Thaw.Snapshot;

namespace Thaw.Devices.Virtio.Rng;

/// <summary>Gives the guest random bytes of the host (virtio 1.2, section 5.4).</summary>
public sealed class RngDevice : IVirtioDevice, ISnapshotable<RngDevice, RngState, IEntropySource>
{
    /// <summary>Most bytes that one request gets; a driver asks again for more.</summary>
    public const int RequestBytesMax = 64 * 1024;

    private const ushort QueueSize = 256;
    private const int PortionBytes = 4096;

    private readonly IEntropySource _source;
    private readonly byte[] _portion = new byte[PortionBytes];
    private VirtioContext? _context;

    /// <summary>Creates a device.</summary>
    public RngDevice(IEntropySource source) => _source = source;

    /// <summary>What it counted.</summary>
    public RngMetrics Metrics { get; } = new();

    /// <inheritdoc/>
    public VirtioDeviceType DeviceType => VirtioDeviceType.Rng;

    /// <inheritdoc/>
    public string Name => "rng";

    /// <inheritdoc/>
    public ulong DeviceFeatures => 0;

    /// <inheritdoc/>
    public IReadOnlyList<ushort> QueueSizes { get; } = [QueueSize];

    /// <inheritdoc/>
    public void Attach(VirtioContext context) => _context = context;

    /// <inheritdoc/>
    public void ReadConfig(ulong offset, Span<byte> data)
    {
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
            queue.AddUsed(chain.Head, Fill(chain));
        }
        turn.End(_context, index);
    }

    /// <inheritdoc/>
    public RngState SaveState() => new();

    /// <inheritdoc/>
    public static RngDevice Restore(in RngState state, IEntropySource args) => new(args);

    private uint Fill(DescriptorChain chain)
    {
        uint wanted = Math.Min(chain.WritableBytes, RequestBytesMax);
        uint done = 0;
        while (done < wanted)
        {
            Span<byte> portion = _portion.AsSpan(0, (int)Math.Min(wanted - done, PortionBytes));
            if (!_source.TryFill(portion) || !chain.TryWrite(done, portion))
            {
                break;
            }
            done += (uint)portion.Length;
        }
        // What a guest got as random must not stay in the monitor.
        Array.Clear(_portion);
        (done > 0 ? Metrics.Requests : Metrics.Failures).Increment();
        Metrics.Bytes.Add(done);
        return done;
    }
}
