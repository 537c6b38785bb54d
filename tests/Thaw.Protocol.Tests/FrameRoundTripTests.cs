using System.Text;

namespace Thaw.Protocol.Tests;

public sealed class FrameRoundTripTests
{
    [Fact]
    public void All_Samples_CoverEveryKind()
    {
        FrameKind[] kinds = [.. Samples.All.Select(message => message.Kind).Order()];

        Assert.Equal(Enum.GetValues<FrameKind>().Order(), kinds);
    }

    [Fact]
    public void Read_WhatWriteWrote_IsTheSame()
    {
        using MemoryStream stream = new();
        using FrameWriter writer = new(stream);
        foreach (AgentMessage message in Samples.All)
        {
            writer.Write(message);
        }
        stream.Position = 0;
        FrameReader reader = new(stream);

        List<AgentMessage> read = [];
        while (reader.Read() is { } frame)
        {
            read.Add(frame.Message);
        }

        Assert.Equal(Samples.All.Select(Text), read.Select(Text));
    }

    [Fact]
    public async Task ReadAsync_WhatWriteAsyncWroteInBytewisePieces_IsTheSame()
    {
        using MemoryStream stream = new();
        using FrameWriter writer = new(stream);
        byte[] body = Encoding.UTF8.GetBytes("{\"a\":[1,2,3]}");
        await writer.WriteAsync(Samples.All[1], body, TestContext.Current.CancellationToken);
        await writer.WriteAsync(Samples.All[4], default, TestContext.Current.CancellationToken);
        FrameReader reader = new(new TricklingStream(stream.ToArray()));

        Frame? first = await reader.ReadAsync(TestContext.Current.CancellationToken);
        Frame? second = await reader.ReadAsync(TestContext.Current.CancellationToken);
        Frame? third = await reader.ReadAsync(TestContext.Current.CancellationToken);

        Assert.Equal(Samples.All[1], first!.Message);
        Assert.Equal(body, first.Body.ToArray());
        Assert.Equal(Samples.All[4], second!.Message);
        Assert.Null(third);
    }

    [Fact]
    public void Encode_LargestPayload_FitsInAFrame()
    {
        byte[] body = new byte[ProtocolLimits.PayloadSizeBytesMax];
        body[^1] = 0x7d;

        byte[] frame = FrameCodec.Encode(Samples.All[1], body);

        Frame read = FrameCodec.DecodeRest(frame.AsMemory(FrameCodec.LengthFieldBytes));
        Assert.Equal(0x7d, read.Body.Span[^1]);
        Assert.Equal(ProtocolLimits.PayloadSizeBytesMax, read.Body.Length);
    }

    [Fact]
    public void Encode_Ping_IsTheDocumentedBytes()
    {
        byte[] frame = FrameCodec.Encode(new Ping { Sequence = 5 });

        byte[] header = Encoding.UTF8.GetBytes("{\"sequence\":5}");
        byte[] expected = [22, 0, 0, 0, 6, 0, 0, 0, 14, 0, 0, 0, .. header];
        Assert.Equal(expected, frame);
    }

    [Fact]
    public void DecodeRest_HeaderWithUnknownField_IgnoresIt()
    {
        Frame frame = FrameCodec.DecodeRest(RawFrame.Rest(6, "{\"sequence\":5,\"later\":{\"x\":[1]}}"));

        Assert.Equal(new Ping { Sequence = 5 }, frame.Message);
    }

    [Fact]
    public void DecodeRest_HeaderWithoutOptionalFields_GetsTheirDefaults()
    {
        Configure configure = Decode<Configure>(1, """
            {"protocolVersion":1,"functionName":"f","functionVersion":"1","functionArn":"a","handler":"h",
            "runtime":"r","timeoutMs":1,"initTimeoutMs":1,"memorySizeMb":1,"environment":{},"codeSizeBytes":1}
            """);
        Restore restore = Decode<Restore>(
            4, """{"protocolVersion":1,"cloneId":"c","generation":1,"wallClockUnixNs":1,"entropy":"AA=="}""");
        Restored restored = Decode<Restored>(
            0x105, """{"cloneId":"c","ok":false,"error":{"errorType":"t","errorMessage":"m"}}""");
        Hello hello = Decode<Hello>(0x101, """{"agentVersion":"1","protocolVersion":1}""");

        Assert.Equal(("/dev/vda", "us-east-1"), (configure.CodeDevice, configure.Region));
        Assert.Equal(10_000, restore.RestoreTimeoutMs);
        Assert.Equal(new RestoreTimings(), restored.Timings);
        Assert.Empty(restored.Error!.StackTrace);
        Assert.Equal("", hello.KernelRelease);
    }

    [Fact]
    public void Bounded_HugeError_FitsInAHeader()
    {
        string line = new('\u4e00', 100_000);
        FunctionError error = new(line, line) { StackTrace = [.. Enumerable.Repeat(line, 10_000)] };

        byte[] frame = FrameCodec.Encode(new InitDone { Ok = false, Error = error.Bounded() });

        Assert.True(frame.Length <= ProtocolLimits.HeaderSizeBytesMax);
    }

    private static T Decode<T>(ushort kind, string header)
        where T : AgentMessage => Assert.IsType<T>(FrameCodec.DecodeRest(RawFrame.Rest(kind, header)).Message);

    private static string Text(AgentMessage message) =>
        Encoding.UTF8.GetString(FrameCodec.Encode(message).AsSpan(FrameCodec.LengthFieldBytes));
}
