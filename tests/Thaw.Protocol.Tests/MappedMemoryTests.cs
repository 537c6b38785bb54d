namespace Thaw.Protocol.Tests;

/// <summary>The body that says whose a guest's memory is: written by guests, so hostile.</summary>
public sealed class MappedMemoryTests
{
    private static readonly MappedMemory s_sample = new(
        [
            new MappedRegion(12, "python3.13", 0x7f00_1234_5000, "rw-p", "/usr/lib/libcrypto.so.3"),
            new MappedRegion(12, "python3.13", 0x5500_0000_0000, "rw-p", ""),
        ],
        [new MappedRun(0, 1, 100, 3), new MappedRun(1, uint.MaxValue, uint.MaxValue, 1)]);

    [Fact]
    public void Decode_OfWhatWasEncoded_IsTheSame()
    {
        MappedMemory decoded = MappedMemory.Decode(s_sample.Encode());

        Assert.Equal(s_sample.Regions, decoded.Regions);
        Assert.Equal(s_sample.Runs, decoded.Runs);
    }

    [Fact]
    public void Decode_OfEveryBeginning_IsRefused()
    {
        byte[] body = s_sample.Encode();

        for (int length = 0; length < body.Length; length++)
        {
            byte[] beginning = body[..length];
            ProtocolException refusal = Assert.Throws<ProtocolException>(() => MappedMemory.Decode(beginning));
            Assert.Equal(ProtocolFault.BadBody, refusal.Fault);
        }
    }

    [Fact]
    public void Decode_WithMoreBehind_IsRefused() =>
        Assert.Throws<ProtocolException>(() => MappedMemory.Decode([.. s_sample.Encode(), 0]));

    [Theory]
    [InlineData("ff ff ff ff")]
    [InlineData("01 10 00 00")]
    [InlineData("00 00 00 00 ff ff ff ff")]
    [InlineData("00 00 00 00 01 00 04 00")]
    [InlineData("00 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01 00 00 00")]
    public void Decode_OfCountsAndIndicesThatCannotBe_IsRefused(string hex) =>
        Assert.Throws<ProtocolException>(
            () => MappedMemory.Decode(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal))));

    [Fact]
    public void Encode_OfNamesThatAreLongOrUnprintable_CutsAndReplacesThem()
    {
        MappedMemory memory = new(
            [new MappedRegion(1, "\u001b[31m" + new string('x', 99), 0, "r", new string('y', 999) + "\n")], []);

        MappedRegion shown = Assert.Single(MappedMemory.Decode(memory.Encode()).Regions);

        Assert.Equal("?[31m" + new string('x', ProtocolLimits.ProgramNameLengthMax - 5), shown.Program);
        Assert.Equal(new string('y', ProtocolLimits.RegionNameLengthMax), shown.Name);
    }

    [Fact]
    public void Decode_OfUnprintableBytes_MakesThemSafeToShow()
    {
        byte[] body = new MappedMemory([new MappedRegion(1, "abc", 0, "rw-p", "d")], []).Encode();
        body.AsSpan().Replace((byte)'b', (byte)0x1b);
        body.AsSpan().Replace((byte)'d', (byte)0xff);

        MappedRegion shown = Assert.Single(MappedMemory.Decode(body).Regions);

        Assert.Equal(("a?c", "?"), (shown.Program, shown.Name));
    }

    [Fact]
    public void Encode_OfTheMostThereMayBe_FitsIntoAFrame()
    {
        MappedRegion region = new(1, new string('x', 99), 1, "rw-p", new string('y', 999));
        MappedMemory most = new(
            [.. Enumerable.Repeat(region, ProtocolLimits.MappedRegionsMax)],
            [.. Enumerable.Repeat(new MappedRun(0, 0, 0, 1), ProtocolLimits.MappedRunsMax)]);

        byte[] frame = FrameCodec.Encode(new Located(), most.Encode());

        Assert.True(frame.Length <= ProtocolLimits.FrameSizeBytesMax, $"{frame.Length}");
        Assert.Throws<ProtocolException>(() => (most with { Runs = [.. most.Runs, default] }).Encode());
    }
}
