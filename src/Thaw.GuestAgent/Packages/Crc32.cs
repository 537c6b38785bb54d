namespace Thaw.GuestAgent.Packages;

/// <summary>The checksum of zip files (ISO 3309, polynomial 0xEDB88320), four bytes at a step.</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xedb88320;

    private static readonly uint[][] s_tables = MakeTables();

    /// <summary>Continues a checksum, which starts as 0.</summary>
    internal static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        uint[] zero = s_tables[0];
        uint[] one = s_tables[1];
        uint[] two = s_tables[2];
        uint[] three = s_tables[3];
        uint value = ~checksum;
        int index = 0;
        for (; index + 4 <= bytes.Length; index += 4)
        {
            value ^= System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes[index..]);
            value = three[value & 0xff] ^ two[(value >> 8) & 0xff] ^ one[(value >> 16) & 0xff] ^ zero[value >> 24];
        }
        for (; index < bytes.Length; index++)
        {
            value = zero[(value ^ bytes[index]) & 0xff] ^ (value >> 8);
        }
        return ~value;
    }

    private static uint[][] MakeTables()
    {
        uint[][] tables = [new uint[256], new uint[256], new uint[256], new uint[256]];
        for (uint entry = 0; entry < 256; entry++)
        {
            uint value = entry;
            for (int bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? (value >> 1) ^ Polynomial : value >> 1;
            }
            tables[0][entry] = value;
        }
        for (int table = 1; table < tables.Length; table++)
        {
            for (int entry = 0; entry < 256; entry++)
            {
                uint before = tables[table - 1][entry];
                tables[table][entry] = tables[0][before & 0xff] ^ (before >> 8);
            }
        }
        return tables;
    }
}
