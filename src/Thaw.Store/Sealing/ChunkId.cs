using System.Buffers.Binary;

namespace Thaw.Store;

/// <summary>
/// A chunk's name: HMAC-SHA256 of its plaintext under the naming key of its data key. Equal plaintext under one data
/// key has one name; without the key the name tells nothing and confirms no guess.
/// </summary>
public readonly record struct ChunkId
{
    /// <summary>Length in bytes.</summary>
    public const int Bytes = 32;

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    private ChunkId(ReadOnlySpan<byte> bytes)
    {
        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    /// <summary>Reads an id from its bytes.</summary>
    public static ChunkId Read(ReadOnlySpan<byte> bytes) => new(bytes[..Bytes]);

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ChunkId id)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        bool isGood = Hex.TryParse(text, bytes);
        id = isGood ? Read(bytes) : default;
        return isGood;
    }

    /// <summary>Writes the id's bytes.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _d);
    }

    /// <summary>64 hexadecimal digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        Write(bytes);
        return Hex.Text(bytes);
    }
}
