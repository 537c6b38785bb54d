namespace Thaw.Protocol.Tests;

public sealed class HostileFrameTests
{
    [Theory]
    [InlineData(ProtocolLimits.FrameSizeBytesMax + 1u, ProtocolFault.Oversized)]
    [InlineData(uint.MaxValue, ProtocolFault.Oversized)]
    [InlineData(7u, ProtocolFault.Undersized)]
    [InlineData(0u, ProtocolFault.Undersized)]
    public void Read_LengthOutOfBounds_IsRefusedBeforeAllocating(uint length, ProtocolFault fault)
    {
        FrameReader reader = new(new MemoryStream(BitConverter.GetBytes(length)));

        ProtocolException error = Assert.Throws<ProtocolException>(() => reader.Read());

        Assert.Equal(fault, error.Fault);
        Assert.Equal(length, error.Actual);
        Assert.NotNull(error.Limit);
    }

    [Fact]
    public async Task ReadAsync_EveryTruncation_IsSaid()
    {
        byte[] frame = FrameCodec.Encode(Samples.All[1], [1, 2, 3]);
        for (int length = 1; length < frame.Length; length++)
        {
            FrameReader reader = new(new MemoryStream(frame, 0, length));
            ProtocolException error = await Assert.ThrowsAsync<ProtocolException>(
                async () => await reader.ReadAsync(TestContext.Current.CancellationToken));
            Assert.Equal(ProtocolFault.Truncated, error.Fault);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0x9)]
    [InlineData(0x100)]
    [InlineData(0xffff)]
    public void DecodeRest_UnknownKind_IsRefused(int kind)
    {
        ProtocolException error = Assert.Throws<ProtocolException>(
            () => FrameCodec.DecodeRest(RawFrame.Rest((ushort)kind, "{}")));

        Assert.Equal(ProtocolFault.UnknownKind, error.Fault);
        Assert.Equal((ushort)kind, error.KindValue);
    }

    [Fact]
    public void DecodeRest_Flags_AreRefused()
    {
        ProtocolException error = Assert.Throws<ProtocolException>(
            () => FrameCodec.DecodeRest(RawFrame.Rest(6, "{}", flags: 1)));

        Assert.Equal(ProtocolFault.UnknownFlags, error.Fault);
    }

    [Theory]
    [InlineData(3u)]
    [InlineData(uint.MaxValue)]
    [InlineData(0x8000_0000u)]
    public void DecodeRest_HeaderLongerThanFrame_IsRefused(uint headerLength)
    {
        ProtocolException error = Assert.Throws<ProtocolException>(
            () => FrameCodec.DecodeRest(RawFrame.Rest(6, "{}", headerLength: headerLength)));

        Assert.Equal(ProtocolFault.HeaderOversized, error.Fault);
    }

    [Fact]
    public void DecodeRest_HeaderOverItsLimit_IsRefusedUnparsed()
    {
        string header = new(' ', ProtocolLimits.HeaderSizeBytesMax + 1);

        ProtocolException error = Assert.Throws<ProtocolException>(
            () => FrameCodec.DecodeRest(RawFrame.Rest(6, header)));

        Assert.Equal(ProtocolFault.HeaderOversized, error.Fault);
        Assert.Equal(ProtocolLimits.HeaderSizeBytesMax, error.Limit);
    }

    [Theory]
    [InlineData(1, "{}")]
    [InlineData(1, "")]
    [InlineData(6, "null")]
    [InlineData(6, "[]")]
    [InlineData(6, "{")]
    [InlineData(6, "{\"sequence\":\"5\"}")]
    [InlineData(6, "{\"sequence\":1e400}")]
    [InlineData(6, "{\"a\":[[[[[[[[[[[[1]]]]]]]]]]]]}")]
    [InlineData(3, "{\"timeoutMs\":null}")]
    [InlineData(0x107, """{"step":"s","error":{"errorType":"","errorMessage":"","stackTrace":[null]}}""")]
    [InlineData(0x107, """{"step":"s","error":{"errorType":"","errorMessage":null}}""")]
    [InlineData(0x107, """{"step":"s","error":{"errorType":""}}""")]
    [InlineData(3, "{\"timeoutMs\":99999999999}")]
    [InlineData(2, "{\"requestId\":null,\"deadlineUnixMs\":1,\"timeoutMs\":1}")]
    [InlineData(4, """{"protocolVersion":1,"cloneId":"c","generation":-1,"wallClockUnixNs":1,"entropy":""}""")]
    [InlineData(4, """{"protocolVersion":1,"cloneId":"c","generation":1,"wallClockUnixNs":1,"entropy":"!"}""")]
    public void DecodeRest_WrongHeader_IsRefused(int kind, string header)
    {
        ProtocolException error = Assert.Throws<ProtocolException>(
            () => FrameCodec.DecodeRest(RawFrame.Rest((ushort)kind, header)));

        Assert.Equal(ProtocolFault.BadHeader, error.Fault);
        Assert.Equal((ushort)kind, error.KindValue);
    }

    [Fact]
    public void DecodeRest_InvalidUtf8_IsRefused()
    {
        byte[] rest = RawFrame.Rest(0x106, "{\"stream\":\"??\"}");
        rest[^4] = 0xc3;
        rest[^3] = 0x28;

        ProtocolException error = Assert.Throws<ProtocolException>(() => FrameCodec.DecodeRest(rest));

        Assert.Equal(ProtocolFault.BadHeader, error.Fault);
    }

    [Fact]
    public void DecodeRest_BodyWhereNoneBelongs_IsRefused()
    {
        ProtocolException error = Assert.Throws<ProtocolException>(
            () => FrameCodec.DecodeRest(RawFrame.Rest(6, "{}", body: 1)));

        Assert.Equal(ProtocolFault.UnexpectedBody, error.Fault);
    }

    [Fact]
    public void Encode_TooLargeBody_IsRefused()
    {
        ProtocolException error = Assert.Throws<ProtocolException>(
            () => FrameCodec.Encode(Samples.All[1], new byte[ProtocolLimits.FrameSizeBytesMax]));

        Assert.Equal(ProtocolFault.Oversized, error.Fault);
    }

    [Fact]
    public void DecodeRest_EveryBitFlipOfAFrame_DecodesOrIsRefused()
    {
        byte[] good = FrameCodec.Encode(Samples.All[6])[FrameCodec.LengthFieldBytes..];
        int refused = 0;
        for (int bit = 0; bit < good.Length * 8; bit++)
        {
            byte[] flipped = [.. good];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            refused += Record.Exception(() => FrameCodec.DecodeRest(flipped)) switch
            {
                null => 0,
                ProtocolException => 1,
                Exception other => throw new InvalidOperationException($"Bit {bit}", other),
            };
        }
        Assert.InRange(refused, good.Length, good.Length * 8);
    }
}
