using System.Buffers.Binary;

namespace Thaw.Protocol.Tests;

public sealed class PopulateListTests
{
    private const uint Written = 1U << 31;

    [Fact]
    public void Decode_WhatWasEncoded_IsTheSame()
    {
        PopulateRange[] ranges = [new(0, 1, true), new(1, 7, false), new(100, 28, true)];

        byte[] list = PopulateList.Encode(ranges);

        Assert.Equal(ranges.Length * PopulateList.RangeBytes, list.Length);
        Assert.Equal(ranges, PopulateList.Decode(list, pageCount: 128));
    }

    [Theory]
    [InlineData(0, 129)]
    [InlineData(128, 1)]
    [InlineData(5, 0)]
    [InlineData(uint.MaxValue, int.MaxValue)]
    public void Decode_RangeThatIsNotOfTheMemory_IsRefused(uint first, uint count) =>
        Assert.Null(PopulateList.Decode(Raw((first, count)), pageCount: 128));

    [Fact]
    public void Decode_RangesThatOverlapOrGoBack_AreRefused()
    {
        Assert.Null(PopulateList.Decode(Raw((4, 4), (7, 1)), pageCount: 128));
        Assert.Null(PopulateList.Decode(Raw((4, 4 | Written), (0, 1)), pageCount: 128));
        Assert.NotNull(PopulateList.Decode(Raw((4, 4), (8, 1)), pageCount: 128));
    }

    [Fact]
    public void Decode_PieceOfARangeOrTooMany_IsRefused()
    {
        byte[] most = Raw([.. Enumerable.Range(0, PagerProtocol.PopulateRangesMax).Select(i => ((uint)i, 1u))]);
        byte[] more = Raw([.. Enumerable.Range(0, PagerProtocol.PopulateRangesMax + 1).Select(i => ((uint)i, 1u))]);

        Assert.Equal(PagerProtocol.PopulateRangesMax, PopulateList.Decode(most, 1 << 20)!.Count);
        Assert.Null(PopulateList.Decode(more, 1 << 20));
        Assert.Null(PopulateList.Decode(most.AsSpan(0, most.Length - 1), 1 << 20));
    }

    [Fact]
    public void Encode_TooMany_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(
        () => PopulateList.Encode(new PopulateRange[PagerProtocol.PopulateRangesMax + 1]));

    private static byte[] Raw(params (uint First, uint Count)[] ranges)
    {
        byte[] list = new byte[ranges.Length * PopulateList.RangeBytes];
        for (int i = 0; i < ranges.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(list.AsSpan(i * 8), ranges[i].First);
            BinaryPrimitives.WriteUInt32LittleEndian(list.AsSpan((i * 8) + 4), ranges[i].Count);
        }
        return list;
    }
}
