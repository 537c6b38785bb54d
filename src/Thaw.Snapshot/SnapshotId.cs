using System.Buffers.Binary;
using System.Globalization;

namespace Thaw.Snapshot;

/// <summary>A snapshot's identity: 128 random bits, given by whoever writes it.</summary>
/// <param name="Value">The bits; zero means "none".</param>
public readonly record struct SnapshotId(UInt128 Value)
{
    /// <summary>Size in a file.</summary>
    public const int Bytes = 16;

    /// <summary>No snapshot.</summary>
    public static SnapshotId None => default;

    /// <summary>Reads the id from <see cref="Bytes"/> little-endian bytes.</summary>
    public static SnapshotId FromBytes(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt128LittleEndian(bytes));

    /// <summary>Writes the id as <see cref="Bytes"/> little-endian bytes.</summary>
    public void CopyTo(Span<byte> bytes) => BinaryPrimitives.WriteUInt128LittleEndian(bytes, Value);

    /// <summary>32 hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);
}
