using Thaw.Memory;

namespace Thaw.Devices.Virtio;

/// <summary>A checked copy of one chain: the readable (driver to device) segments, then the writable ones.</summary>
public sealed partial class DescriptorChain
{
    /// <summary>Most segments of a chain, with indirect tables.</summary>
    public const int SegmentCountMax = 1024;

    private readonly GuestMemory _memory;
    private BufferSegment[] _segments;
    private int _count;
    private int _readableCount;

    internal DescriptorChain(GuestMemory memory, int capacity)
    {
        _memory = memory;
        _segments = new BufferSegment[Math.Min(capacity, SegmentCountMax)];
    }

    /// <summary>The descriptor that names the chain in the used ring.</summary>
    public ushort Head { get; private set; }

    /// <summary>Bytes of all readable segments.</summary>
    public uint ReadableBytes { get; private set; }

    /// <summary>Bytes of all writable segments.</summary>
    public uint WritableBytes { get; private set; }

    /// <summary>What the driver sends.</summary>
    public ReadOnlySpan<BufferSegment> Readable => _segments.AsSpan(0, _readableCount);

    /// <summary>Where the device answers.</summary>
    public ReadOnlySpan<BufferSegment> Writable => _segments.AsSpan(_readableCount, _count - _readableCount);

    internal void Begin(ushort head)
    {
        Head = head;
        _count = 0;
        _readableCount = 0;
        ReadableBytes = 0;
        WritableBytes = 0;
    }

    /// <summary>Adds a segment; false when it is not guest memory, out of order, or too much.</summary>
    internal bool TryAdd(GuestAddress address, uint lengthBytes, bool isWritable)
    {
        if (_count == SegmentCountMax || !_memory.Contains(address, lengthBytes))
        {
            return false;
        }
        if (isWritable)
        {
            if (lengthBytes > uint.MaxValue - WritableBytes)
            {
                return false;
            }
            WritableBytes += lengthBytes;
        }
        else
        {
            // Section 2.7.4.2: what the device writes comes after all that it reads.
            if (_count != _readableCount || lengthBytes > uint.MaxValue - ReadableBytes)
            {
                return false;
            }
            ReadableBytes += lengthBytes;
            _readableCount++;
        }
        if (_count == _segments.Length)
        {
            Array.Resize(ref _segments, Math.Min(_segments.Length * 2, SegmentCountMax));
        }
        _segments[_count++] = new BufferSegment(address, lengthBytes);
        return true;
    }
}
