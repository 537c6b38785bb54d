using System.Buffers.Binary;
using Thaw.Core;
using Thaw.Linux;
using Thaw.Snapshot;

namespace Thaw.Devices.Virtio.Vsock;

/// <summary>
/// Sockets between guest and host (virtio 1.2, section 5.10), stream only; at the host's end they are Unix sockets.
/// </summary>
/// <remarks>
/// A host program connects to the device's path and sends <c>CONNECT port\n</c>; it reads <c>OK hostport\n</c> once the
/// guest accepted. A guest that connects to CID 2 reaches the Unix socket at the path with <c>_port</c> behind it.
/// </remarks>
public sealed partial class VsockDevice
    : IVirtioDevice, ISnapshotable<VsockDevice, VsockState, VsockArgs>, IDisposable
{
    /// <summary>The host's CID.</summary>
    public const ulong HostCid = 2;

    /// <summary>Index of the queue of packets to the guest.</summary>
    public const int ReceiveQueue = 0;

    /// <summary>Index of the queue of packets from the guest.</summary>
    public const int SendQueue = 1;

    /// <summary>Index of the queue of events to the guest.</summary>
    public const int EventQueue = 2;

    private const ushort QueueSize = 256;
    private const int ConfigBytes = 8;

    private readonly VsockOptions _options;
    private readonly VsockTerms _terms;
    private readonly VsockMux _mux;
    private readonly EventLoop _loop;
    private VirtioContext? _context;
    private bool _isSendStalled;

    /// <summary>Creates a device and its listening socket.</summary>
    /// <param name="options">What it is.</param>
    /// <param name="loop">The event loop that serves its sockets.</param>
    /// <param name="time">The clock for timeouts; null: the system's.</param>
    /// <exception cref="LinuxException">The path is taken, too long, or not writable.</exception>
    public VsockDevice(VsockOptions options, EventLoop loop, TimeProvider? time = null)
    {
        Invariant.That(IsValidCid(options.GuestCid));
        _options = options;
        _loop = loop;
        _terms = new VsockTerms(options, time ?? TimeProvider.System, Metrics);
        _mux = new VsockMux(_terms, loop);
    }

    /// <summary>What it is.</summary>
    public VsockOptions Options => _options;

    /// <summary>What it counted.</summary>
    public VsockMetrics Metrics { get; } = new();

    /// <inheritdoc/>
    public VirtioDeviceType DeviceType => VirtioDeviceType.Vsock;

    /// <inheritdoc/>
    public string Name => "vsock";

    /// <inheritdoc/>
    public ulong DeviceFeatures => 0;

    /// <inheritdoc/>
    public IReadOnlyList<ushort> QueueSizes { get; } = [QueueSize, QueueSize, QueueSize];

    /// <summary>Whether a guest may have this CID: the reserved ones are for hosts, and a CID has 32 bits.</summary>
    public static bool IsValidCid(ulong cid) => cid is > HostCid and < uint.MaxValue;

    /// <inheritdoc/>
    public void Attach(VirtioContext context)
    {
        _context = context;
        _mux.Attach(context.Gate, Pump);
    }

    /// <inheritdoc/>
    public void ReadConfig(ulong offset, Span<byte> data)
    {
        Span<byte> config = stackalloc byte[ConfigBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(config, _options.GuestCid);
        ConfigSpace.Read(config, offset, data);
    }

    /// <inheritdoc/>
    public void WriteConfig(ulong offset, ReadOnlySpan<byte> data)
    {
    }

    /// <inheritdoc/>
    public void Activate()
    {
        _loop.Post(_mux.Start);
        if (_owesTransportReset)
        {
            CloseReceiveGate();
        }
    }

    /// <inheritdoc/>
    public void Reset()
    {
        _isSendStalled = false;
        _owesTransportReset = false;
        _isReceiveGated = false;
        _mux.DropAll();
    }

    /// <inheritdoc/>
    public void ProcessQueue(int index)
    {
        if (index == SendQueue)
        {
            ProcessSent();
        }
        Pump();
    }

    /// <inheritdoc/>
    public VsockState SaveState() => new()
    {
        GuestCid = _options.GuestCid,
        UdsPath = _options.UdsPath,
        NextHostPort = _mux.NextHostPort,
    };

    /// <inheritdoc/>
    public static VsockDevice Restore(in VsockState state, VsockArgs args)
    {
        if (!IsValidCid(state.GuestCid))
        {
            throw StateRefusal.Create("the vsock device", $"a guest CID of {state.GuestCid}");
        }
        if (state.NextHostPort is < VsockLimits.HostPortMin or > VsockLimits.HostPortMax)
        {
            throw StateRefusal.Create("the vsock device", $"a host port of {state.NextHostPort}");
        }
        VsockOptions options = new() { GuestCid = state.GuestCid, UdsPath = args.UdsPathOverride ?? state.UdsPath };
        options = options with { TransportResetTimeout = args.ResetTimeout ?? options.TransportResetTimeout };
        VsockDevice device = new(options, args.Loop, args.Time) { _owesTransportReset = true };
        device._mux.NextHostPort = state.NextHostPort;
        return device;
    }

    /// <summary>Closes all connections and the listener, and removes its file. On the loop's thread.</summary>
    public void Dispose() => _mux.Dispose();

    /// <summary>Moves what can be moved; after every event, on the loop's thread under the gate.</summary>
    private void Pump()
    {
        if (_context!.IsActive)
        {
            UpdateReceiveGate();
            Deliver();
            if (_isSendStalled && !_mux.IsResetQueueFull)
            {
                _isSendStalled = false;
                _context.Requeue(SendQueue);
            }
        }
        _mux.EndTurn();
        _context.CheckBroken();
    }

    private void ProcessSent()
    {
        VirtQueue queue = _context!.Queues[SendQueue];
        QueueTurn turn = new(queue);
        Span<byte> bytes = stackalloc byte[VsockHeader.Bytes];
        while (!_mux.IsResetQueueFull && turn.TryNext(out DescriptorChain? chain))
        {
            Metrics.SentPackets.Increment();
            if (chain.TryRead(0, bytes) && VsockHeader.Read(bytes) is var header && IsValidLength(header, chain))
            {
                _mux.Consume(header, chain);
            }
            else
            {
                Metrics.InvalidPackets.Increment();
            }
            queue.AddUsed(chain.Head, 0);
        }
        _isSendStalled = _mux.IsResetQueueFull;
        turn.End(_context, SendQueue);
    }

    private static bool IsValidLength(in VsockHeader header, DescriptorChain chain) =>
        header.LengthBytes <= VsockLimits.PacketDataBytesMax
        && header.LengthBytes <= chain.ReadableBytes - VsockHeader.Bytes;

    private void Deliver()
    {
        if (_isReceiveGated)
        {
            return;
        }
        VirtQueue queue = _context!.Queues[ReceiveQueue];
        QueueTurn turn = new(queue);
        Span<byte> bytes = stackalloc byte[VsockHeader.Bytes];
        while (_mux.HasPackets && turn.TryNext(out DescriptorChain? chain))
        {
            // A buffer has to have room for data, or data would wait in it for ever.
            if (chain.WritableBytes <= VsockHeader.Bytes)
            {
                Metrics.InvalidBuffers.Increment();
                queue.AddUsed(chain.Head, 0);
                continue;
            }
            VsockHeader header = new()
            {
                SourceCid = HostCid,
                DestinationCid = _options.GuestCid,
                Type = VsockHeader.TypeStream,
            };
            if (!_mux.TryProduce(chain, ref header))
            {
                queue.UndoPop();
                break;
            }
            header.Write(bytes);
            bool isWritten = chain.TryWrite(0, bytes);
            queue.AddUsed(chain.Head, isWritten ? VsockHeader.Bytes + header.LengthBytes : 0);
            Metrics.ReceivedPackets.Increment();
        }
        turn.End(_context, ReceiveQueue);
    }
}
