using System.Buffers.Binary;
using System.Numerics;

namespace Thaw.Snapshot;

/// <summary>CRC-32C (Castagnoli, as in RFC 3720): finds damage, does not prove origin.</summary>
public struct Crc32C
{
    private uint _inverted;

    /// <summary>Checksum of what was appended; 0 for nothing.</summary>
    public readonly uint Value => _inverted;

    /// <summary>Checksum of <paramref name="data"/>.</summary>
    public static uint Compute(ReadOnlySpan<byte> data)
    {
        Crc32C crc = default;
        crc.Append(data);
        return crc.Value;
    }

    /// <summary>Goes on with <paramref name="data"/>.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        uint crc = ~_inverted;
        while (data.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[sizeof(ulong)..];
        }

        foreach (byte b in data)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        _inverted = ~crc;
    }
}
