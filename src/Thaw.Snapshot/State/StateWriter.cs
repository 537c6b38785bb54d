using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Thaw.Snapshot;

/// <summary>Writes fields, little-endian, without padding or names. <see cref="StateReader"/> is its mirror.</summary>
public sealed class StateWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    /// <summary>Bytes written so far.</summary>
    public int Length => _buffer.WrittenCount;

    /// <summary>What was written.</summary>
    public ReadOnlyMemory<byte> ToMemory() => _buffer.WrittenMemory;

    /// <summary>Writes a byte.</summary>
    public void U8(byte value) => Reserve(1)[0] = value;

    /// <summary>Writes 0 or 1.</summary>
    public void Bool(bool value) => U8(value ? (byte)1 : (byte)0);

    /// <summary>Writes 2 bytes.</summary>
    public void U16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Reserve(2), value);

    /// <summary>Writes 4 bytes.</summary>
    public void U32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Reserve(4), value);

    /// <summary>Writes 8 bytes.</summary>
    public void U64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Reserve(8), value);

    /// <summary>Writes 8 bytes, two's complement.</summary>
    public void I64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Reserve(8), value);

    /// <summary>Writes a snapshot id: 16 bytes.</summary>
    public void Id(SnapshotId value) => value.CopyTo(Reserve(SnapshotId.Bytes));

    /// <summary>Writes bytes whose number the reader knows.</summary>
    public void Fixed(ReadOnlySpan<byte> value) => value.CopyTo(Reserve(value.Length));

    /// <summary>Writes a length (4 bytes), then the bytes.</summary>
    public void Bytes(ReadOnlySpan<byte> value)
    {
        U32((uint)value.Length);
        Fixed(value);
    }

    /// <summary>Writes a length in bytes (4 bytes), then UTF-8.</summary>
    /// <exception cref="SnapshotException">Longer than <see cref="SnapshotLimits.StringBytesMax"/>.</exception>
    public void Text(string value)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        if (bytes.Length > SnapshotLimits.StringBytesMax)
        {
            throw new SnapshotException(
                SnapshotFault.LimitExceeded,
                $"A text of {bytes.Length} bytes does not fit into a snapshot, "
                + $"the bound is {SnapshotLimits.StringBytesMax}.");
        }

        Bytes(bytes);
    }

    /// <summary>Writes the number of elements that follow (4 bytes).</summary>
    public void Count(int value) => U32(checked((uint)value));

    private Span<byte> Reserve(int count)
    {
        if (count > SnapshotLimits.SectionBytesMax - _buffer.WrittenCount)
        {
            throw new SnapshotException(
                SnapshotFault.LimitExceeded,
                $"A section grew over {SnapshotLimits.SectionBytesMax} bytes.");
        }

        Span<byte> span = _buffer.GetSpan(count)[..count];
        _buffer.Advance(count);
        return span;
    }
}
