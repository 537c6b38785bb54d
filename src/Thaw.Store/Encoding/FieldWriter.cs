using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Thaw.Store;

/// <summary>Writes a format's fields, little-endian, one behind the other.</summary>
internal sealed class FieldWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    internal int Length => _buffer.WrittenCount;

    internal ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    internal void Byte(byte value)
    {
        _buffer.GetSpan(sizeof(byte))[0] = value;
        _buffer.Advance(sizeof(byte));
    }

    internal void UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.GetSpan(sizeof(ushort)), value);
        _buffer.Advance(sizeof(ushort));
    }

    internal void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.GetSpan(sizeof(uint)), value);
        _buffer.Advance(sizeof(uint));
    }

    internal void UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.GetSpan(sizeof(ulong)), value);
        _buffer.Advance(sizeof(ulong));
    }

    internal void Bytes(ReadOnlySpan<byte> value) => _buffer.Write(value);

    /// <summary>A 16-bit length in bytes, then UTF-8.</summary>
    internal void Text(string value)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(value);
        UInt16(checked((ushort)utf8.Length));
        Bytes(utf8);
    }

    internal byte[] ToArray() => _buffer.WrittenSpan.ToArray();
}
