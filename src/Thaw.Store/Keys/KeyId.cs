using System.Buffers.Binary;

namespace Thaw.Store;

/// <summary>Names a key without telling anything about it: 16 bytes.</summary>
/// <param name="High">The first 8 bytes, big-endian.</param>
/// <param name="Low">The last 8 bytes, big-endian.</param>
public readonly record struct KeyId(ulong High, ulong Low)
{
    /// <summary>Length in bytes.</summary>
    public const int Bytes = 16;

    /// <summary>Reads an id from its bytes.</summary>
    public static KeyId Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    /// <summary>A new random id.</summary>
    public static KeyId Create(IEntropy entropy)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        entropy.Fill(bytes);
        return Read(bytes);
    }

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out KeyId id)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        bool isGood = Hex.TryParse(text, bytes);
        id = isGood ? Read(bytes) : default;
        return isGood;
    }

    /// <summary>Writes the id's bytes.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, High);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Low);
    }

    /// <summary>32 hexadecimal digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        Write(bytes);
        return Hex.Text(bytes);
    }
}
