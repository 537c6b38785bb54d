using Thaw.Worker.Checks;

namespace Thaw.Worker.Tests.Checks;

public sealed class MemoryRepeatsTests
{
    private const int PageBytes = 4096;

    [Fact]
    public void Runs_SameRandomBytesInTwoClones_AreOneRunWithBothPlaces()
    {
        MemoryRepeats repeats = new();
        byte[] value = Random(seed: 1, 64);

        repeats.Add(0, 0x10000, PageWith(value, at: 128), new byte[PageBytes]);
        repeats.Add(1, 0x90000, PageWith(value, at: 256), new byte[PageBytes]);
        repeats.Seal();

        (MemoryRepeats.Pair place, int length) = Assert.Single(repeats.Runs());
        Assert.Equal(new MemoryRepeats.Pair(0, 0x10080, 1, 0x90100), place);
        Assert.Equal(64, length);
    }

    [Fact]
    public void Runs_SameBytesTwiceInOneClone_AreNoRepeat()
    {
        MemoryRepeats repeats = new();
        byte[] value = Random(seed: 1, 64);

        repeats.Add(0, 0, PageWith(value, at: 0), new byte[PageBytes]);
        repeats.Add(0, PageBytes, PageWith(value, at: 0), new byte[PageBytes]);
        repeats.Seal();

        Assert.Empty(repeats.Runs());
    }

    [Fact]
    public void Runs_WhatTheSnapshotHasAtThatPlace_WasNotWritten()
    {
        MemoryRepeats repeats = new();
        byte[] page = PageWith(Random(seed: 1, 64), at: 128);

        repeats.Add(0, 0, page, page);
        repeats.Add(1, 0, page, page);
        repeats.Seal();

        Assert.Empty(repeats.Runs());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void RemoveKnown_SameBytesAtAnyAlignment_AreForgotten(int shift)
    {
        MemoryRepeats repeats = new();
        byte[] value = Random(seed: 1, 64);
        repeats.Add(0, 0, PageWith(value, at: 128), new byte[PageBytes]);
        repeats.Add(1, 0, PageWith(value, at: 128), new byte[PageBytes]);
        repeats.Seal();

        repeats.RemoveKnown([.. new byte[shift], .. value]);

        Assert.Empty(repeats.Runs());
    }

    [Fact]
    public void IsLikely_RandomBytes_Always()
    {
        byte[] bytes = Random(seed: 7, 16 * 1000);

        int likely = Enumerable.Range(0, 1000).Count(i => IsLikely(bytes.AsSpan(i * 16, 16)));

        // One window in a few hundred is left out, and none of those that follow each other in a longer value.
        Assert.InRange(likely, 960, 1000);
    }

    [Theory]
    [InlineData("00000000000000000000000000000000")]
    [InlineData("30b1c4d5557f000048d2e6f7557f0000")]
    [InlineData("40a1b2c3d488ffff80a5b6c7d888ffff")]
    [InlineData("6d6f64756c652e66756e6374696f6e20")]
    [InlineData("67f0ab3c0000008067e0cd4b00000080")]
    [InlineData("01020304050607080102030405060708")]
    [InlineData("742d4c656e6774683a2038380d0a0d0a")]
    [InlineData("20205b737461636b5d0a003f5d28c8c3")]
    [InlineData("20205b737461636b5d0a00a8d3edb8b2")]
    [InlineData("6e025302b712400361025f554d4e0401")]
    [InlineData("bffe2329c2089a993f19eed8801803f2")]
    public void IsLikely_PointersTextTablesCodeAndTcpHeaders_Never(string hex) =>
        Assert.False(IsLikely(Convert.FromHexString(hex)));

    private static bool IsLikely(ReadOnlySpan<byte> window) => RandomBytes.IsLikely(
        window, BitConverter.ToUInt64(window), BitConverter.ToUInt64(window[8..]));

    private static byte[] Random(int seed, int size)
    {
        byte[] bytes = new byte[size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static byte[] PageWith(byte[] value, int at)
    {
        byte[] page = new byte[PageBytes];
        value.CopyTo(page, at);
        return page;
    }
}
