using System.Buffers.Binary;
using System.Text;

namespace Thaw.Store;

/// <summary>
/// Reads a format's fields from hostile bytes. A read behind the end or over a bound gives a default and sets
/// <see cref="IsGood"/> to false for good: the caller checks it before it uses what was read.
/// </summary>
internal ref struct FieldReader
{
    private static readonly UTF8Encoding s_strictUtf8 = new(false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> _rest;

    internal FieldReader(ReadOnlySpan<byte> bytes)
    {
        _rest = bytes;
        IsGood = true;
    }

    internal bool IsGood { get; private set; }

    internal readonly int Remaining => _rest.Length;

    internal void Fail()
    {
        IsGood = false;
        _rest = default;
    }

    internal byte Byte()
    {
        ReadOnlySpan<byte> field = Bytes(sizeof(byte));
        return IsGood ? field[0] : (byte)0;
    }

    internal ushort UInt16()
    {
        ReadOnlySpan<byte> field = Bytes(sizeof(ushort));
        return IsGood ? BinaryPrimitives.ReadUInt16LittleEndian(field) : (ushort)0;
    }

    internal uint UInt32()
    {
        ReadOnlySpan<byte> field = Bytes(sizeof(uint));
        return IsGood ? BinaryPrimitives.ReadUInt32LittleEndian(field) : 0;
    }

    internal ulong UInt64()
    {
        ReadOnlySpan<byte> field = Bytes(sizeof(ulong));
        return IsGood ? BinaryPrimitives.ReadUInt64LittleEndian(field) : 0;
    }

    /// <summary>A count of elements that follow, each of at least <paramref name="elementBytes"/>.</summary>
    internal int Count(int max, int elementBytes)
    {
        uint count = UInt32();
        if (count > max || (long)count * elementBytes > _rest.Length)
        {
            Fail();
            return 0;
        }
        return (int)count;
    }

    internal ReadOnlySpan<byte> Bytes(int count)
    {
        if (count < 0 || count > _rest.Length)
        {
            Fail();
            return default;
        }
        ReadOnlySpan<byte> field = _rest[..count];
        _rest = _rest[count..];
        return field;
    }

    internal string Text(int maxBytes)
    {
        int length = UInt16();
        if (length > maxBytes)
        {
            Fail();
        }
        ReadOnlySpan<byte> utf8 = Bytes(length);
        try
        {
            return s_strictUtf8.GetString(utf8);
        }
        catch (DecoderFallbackException)
        {
            Fail();
            return "";
        }
    }
}
