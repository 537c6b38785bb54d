using System.Buffers.Binary;

namespace Thaw.Protocol;

/// <summary>
/// Ranges as a message has them: 8 bytes for each, its first page and its count, little-endian; the count's highest bit
/// says that clones write to it (docs/formats/pager-protocol.md).
/// </summary>
public static class PopulateList
{
    /// <summary>Bytes of a range.</summary>
    public const int RangeBytes = 8;

    private const uint Written = 1U << 31;

    /// <summary>Writes ranges, at most <see cref="PagerProtocol.PopulateRangesMax"/>.</summary>
    public static byte[] Encode(IReadOnlyList<PopulateRange> ranges)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(
            ranges.Count, PagerProtocol.PopulateRangesMax, nameof(ranges));
        byte[] list = new byte[ranges.Count * RangeBytes];
        for (int i = 0; i < ranges.Count; i++)
        {
            Span<byte> at = list.AsSpan(i * RangeBytes, RangeBytes);
            BinaryPrimitives.WriteUInt32LittleEndian(at, ranges[i].First);
            BinaryPrimitives.WriteUInt32LittleEndian(
                at[sizeof(uint)..], ranges[i].Count | (ranges[i].IsWritten ? Written : 0));
        }
        return list;
    }

    /// <summary>Reads ranges of a memory; null where they are not ascending ranges of it.</summary>
    /// <param name="list">As <see cref="Encode"/> wrote it.</param>
    /// <param name="pageCount">Pages of the memory.</param>
    public static IReadOnlyList<PopulateRange>? Decode(ReadOnlySpan<byte> list, ulong pageCount)
    {
        if (list.Length % RangeBytes != 0 || list.Length > PagerProtocol.PopulateRangesMax * RangeBytes)
        {
            return null;
        }
        PopulateRange[] ranges = new PopulateRange[list.Length / RangeBytes];
        ulong end = 0;
        for (int i = 0; i < ranges.Length; i++)
        {
            ReadOnlySpan<byte> at = list.Slice(i * RangeBytes, RangeBytes);
            uint count = BinaryPrimitives.ReadUInt32LittleEndian(at[sizeof(uint)..]);
            PopulateRange range = new(
                BinaryPrimitives.ReadUInt32LittleEndian(at), count & ~Written, (count & Written) != 0);
            if (range.Count == 0 || range.First < end || range.End > pageCount)
            {
                return null;
            }
            ranges[i] = range;
            end = range.End;
        }
        return ranges;
    }
}
