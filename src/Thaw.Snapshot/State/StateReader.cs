using System.Buffers.Binary;
using System.Text;

namespace Thaw.Snapshot;

/// <summary>
/// Reads what <see cref="StateWriter"/> wrote. The bytes are hostile: every read is checked against what is left.
/// </summary>
public sealed class StateReader
{
    private static readonly UTF8Encoding s_strictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly string _name;
    private ReadOnlyMemory<byte> _rest;

    /// <summary>A reader over <paramref name="data"/>; <paramref name="name"/> is for messages.</summary>
    public StateReader(string name, ReadOnlyMemory<byte> data)
    {
        _name = name;
        _rest = data;
    }

    /// <summary>Bytes not yet read.</summary>
    public int Remaining => _rest.Length;

    /// <summary>Reads a byte.</summary>
    public byte U8() => Next(1)[0];

    /// <summary>Reads 0 or 1; refuses anything else.</summary>
    public bool Bool()
    {
        byte value = U8();
        return value <= 1 ? value == 1 : throw Malformed($"a yes-or-no field of {value}");
    }

    /// <summary>Reads 2 bytes.</summary>
    public ushort U16() => BinaryPrimitives.ReadUInt16LittleEndian(Next(2));

    /// <summary>Reads 4 bytes.</summary>
    public uint U32() => BinaryPrimitives.ReadUInt32LittleEndian(Next(4));

    /// <summary>Reads 8 bytes.</summary>
    public ulong U64() => BinaryPrimitives.ReadUInt64LittleEndian(Next(8));

    /// <summary>Reads 8 bytes, two's complement.</summary>
    public long I64() => BinaryPrimitives.ReadInt64LittleEndian(Next(8));

    /// <summary>Reads a snapshot id.</summary>
    public SnapshotId Id() => SnapshotId.FromBytes(Next(SnapshotId.Bytes));

    /// <summary>Reads exactly as many bytes as <paramref name="target"/> holds.</summary>
    public void Fixed(Span<byte> target) => Next(target.Length).CopyTo(target);

    /// <summary>Reads a length and that many bytes, at most <paramref name="countMax"/>.</summary>
    public byte[] Bytes(int countMax) => Next(Count(countMax, elementBytes: 1)).ToArray();

    /// <summary>Reads a length, which must be <paramref name="count"/>, and that many bytes.</summary>
    public byte[] BytesExactly(int count)
    {
        uint stored = U32();
        return stored == (uint)count
            ? Next(count).ToArray()
            : throw Malformed($"{stored} bytes where {count} belong");
    }

    /// <summary>Reads text of at most <paramref name="bytesMax"/> bytes of UTF-8.</summary>
    public string Text(int bytesMax = SnapshotLimits.StringBytesMax)
    {
        ReadOnlySpan<byte> bytes = Next(Count(bytesMax, elementBytes: 1));
        try
        {
            return s_strictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new SnapshotException(
                SnapshotFault.Malformed, $"Snapshot section {_name} has a text that is not UTF-8.", e);
        }
    }

    /// <summary>
    /// Reads the number of elements that follow, each of at least <paramref name="elementBytes"/> bytes: bounded by
    /// <paramref name="countMax"/> and by the bytes that are there, so that it may size an allocation.
    /// </summary>
    public int Count(int countMax, int elementBytes)
    {
        uint count = U32();
        if (count > (uint)countMax)
        {
            throw new SnapshotException(
                SnapshotFault.LimitExceeded,
                $"Snapshot section {_name} claims {count} elements, the bound is {countMax}.");
        }

        if ((long)count * elementBytes > _rest.Length)
        {
            throw Truncated((long)count * elementBytes);
        }

        return (int)count;
    }

    /// <summary>Refuses bytes behind the last field.</summary>
    public void RequireEnd()
    {
        if (_rest.Length > 0)
        {
            throw new SnapshotException(
                SnapshotFault.TrailingData,
                $"Snapshot section {_name} has {_rest.Length} bytes behind its last field.");
        }
    }

    /// <summary>An exception that says that this section has <paramref name="what"/>.</summary>
    public SnapshotException Malformed(string what) =>
        new(SnapshotFault.Malformed, $"Snapshot section {_name} has {what}.");

    private ReadOnlySpan<byte> Next(int count)
    {
        if (count > _rest.Length)
        {
            throw Truncated(count);
        }

        ReadOnlySpan<byte> bytes = _rest.Span[..count];
        _rest = _rest[count..];
        return bytes;
    }

    private SnapshotException Truncated(long needed) => new(
        SnapshotFault.Truncated,
        $"Snapshot section {_name} has {_rest.Length} bytes left where {needed} are needed.");
}
