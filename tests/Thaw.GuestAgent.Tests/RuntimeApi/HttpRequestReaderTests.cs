using System.Text;
using Thaw.GuestAgent.RuntimeApi;

namespace Thaw.GuestAgent.Tests.RuntimeApi;

public sealed class HttpRequestReaderTests
{
    private const int Limit = 1000;

    [Fact]
    public void Read_TwoRequestsInOnePiece_GivesBoth()
    {
        HttpRequestReader reader = Reader(
            "GET /a?x=1 HTTP/1.1\r\nHost: h\r\n\r\nPOST /b HTTP/1.1\r\nContent-Length: 3\r\n"
            + "Lambda-Runtime-Function-Error-Type: T.E\r\n\r\nabc");

        HttpRequest first = reader.Read(Limit)!;
        HttpRequest second = reader.Read(Limit)!;

        Assert.Equal(("GET", "/a", 0), (first.Method, first.Path, first.Body.Length));
        Assert.Equal(("POST", "/b", "T.E"), (second.Method, second.Path, second.ErrorType));
        Assert.Equal("abc", Encoding.UTF8.GetString(second.Body.Span));
        Assert.Null(reader.Read(Limit));
    }

    [Fact]
    public void Read_BytewiseChunkedBody_IsPutTogether()
    {
        HttpRequestReader reader = new(new BytewiseStream(
            "POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: v\r\n\r\n"));

        HttpRequest request = reader.Read(Limit)!;

        Assert.Equal("abc0123456789", Encoding.UTF8.GetString(request.Body.Span));
        Assert.Equal(13, request.BodySizeBytes);
        Assert.Null(reader.Read(Limit));
    }

    [Theory]
    [InlineData(Limit, Limit)]
    [InlineData(Limit + 1, 0)]
    [InlineData(Limit * 100, 0)]
    public void Read_BodyAroundTheLimit_IsKeptOrCounted(int sizeBytes, int keptBytes)
    {
        string body = new('x', sizeBytes);
        HttpRequestReader plain = Reader($"POST /b HTTP/1.1\r\nContent-Length: {sizeBytes}\r\n\r\n{body}");
        HttpRequestReader chunked = Reader(
            $"POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{sizeBytes:x}\r\n{body}\r\n0\r\n\r\n");

        foreach (HttpRequest request in new[] { plain.Read(Limit)!, chunked.Read(Limit)! })
        {
            Assert.Equal(sizeBytes, request.BodySizeBytes);
            Assert.Equal(keptBytes, request.Body.Length);
        }
        Assert.Null(plain.Read(Limit));
        Assert.Null(chunked.Read(Limit));
    }

    [Fact]
    public void Read_ExpectContinue_IsToldToGoOn()
    {
        using DuplexStream stream = new("POST /b HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx");

        _ = new HttpRequestReader(stream).Read(Limit);

        Assert.Equal("HTTP/1.1 100 Continue\r\n\r\n", stream.Written);
    }

    [Theory]
    [InlineData("HTTP/1.1", "", true)]
    [InlineData("HTTP/1.1", "Connection: close\r\n", false)]
    [InlineData("HTTP/1.0", "", false)]
    [InlineData("HTTP/1.0", "Connection: keep-alive\r\n", true)]
    public void Read_Connection_SaysWhetherItStays(string version, string header, bool keepAlive) =>
        Assert.Equal(keepAlive, Reader($"GET / {version}\r\n{header}\r\n").Read(Limit)!.KeepAlive);

    [Theory]
    [InlineData("GET /\r\n\r\n", 400)]
    [InlineData("GET / HTTP/2\r\n\r\n", 400)]
    [InlineData("GET x HTTP/1.1\r\n\r\n", 400)]
    [InlineData(" / HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nNoColon\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\n folded: x\r\n\r\n", 400)]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400)]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400)]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400)]
    [InlineData("POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501)]
    [InlineData("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400)]
    [InlineData("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", 400)]
    [InlineData("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", 400)]
    [InlineData("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\nx", 400)]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", 413)]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabc", 400)]
    [InlineData("GET / HTT", 400)]
    public void Read_Nonsense_IsRefused(string request, int status) =>
        Assert.Equal(status, Assert.Throws<BadRequestException>(() => Reader(request).Read(Limit)).Status);

    [Fact]
    public void Read_EndlessHead_IsRefused()
    {
        string head = "GET / HTTP/1.1\r\nA: " + new string('x', AgentLimits.RequestHeadBytesMax * 2);

        Assert.Equal(431, Assert.Throws<BadRequestException>(() => Reader(head).Read(Limit)).Status);
    }

    [Fact]
    public void Read_TooManyHeaders_IsRefused()
    {
        string head = "GET / HTTP/1.1\r\n" + string.Concat(Enumerable.Repeat("A: b\r\n", 200)) + "\r\n";

        Assert.Equal(431, Assert.Throws<BadRequestException>(() => Reader(head).Read(Limit)).Status);
    }

    private static HttpRequestReader Reader(string text) => new(new DuplexStream(text));
}
