using System.Text;
using Thaw.Monitor.Http;

namespace Thaw.Monitor.Tests.Http;

public sealed class HttpRequestParserTests
{
    private const int BodyMax = 100;
    private const string Put = "PUT /a/b?q=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";
    private const string Get = "GET / HTTP/1.1\r\n\r\n";

    [Fact]
    public void Next_WholeRequest_HasItsParts()
    {
        HttpRequest request = Single(Put);

        Assert.Equal(HttpVerb.Put, request.Method);
        Assert.Equal("/a/b", request.Path);
        Assert.Equal("hello", Encoding.ASCII.GetString(request.Body));
        Assert.True(request.KeepAlive);
    }

    // Two requests at once, cut at every pair of places: the result must not depend on the cuts.
    [Fact]
    public void Next_CutAnywhere_GivesTheSameRequests()
    {
        byte[] bytes = Encoding.ASCII.GetBytes(Put + Get);
        for (int first = 0; first <= bytes.Length; first++)
        {
            for (int second = first; second <= bytes.Length; second++)
            {
                HttpRequestParser parser = new(BodyMax);
                List<string> paths = [];
                Feed(parser, bytes.AsSpan(0, first), paths);
                Feed(parser, bytes.AsSpan(first, second - first), paths);
                Feed(parser, bytes.AsSpan(second), paths);
                Assert.Equal(["/a/b", "/"], paths);
            }
        }
    }

    [Fact]
    public void Next_ByteByByte_GivesTheRequest()
    {
        HttpRequestParser parser = new(BodyMax);
        List<string> paths = [];
        foreach (byte b in Encoding.ASCII.GetBytes(Put + Put + Get))
        {
            Feed(parser, [b], paths);
        }

        Assert.Equal(["/a/b", "/a/b", "/"], paths);
    }

    [Fact]
    public void Next_ExpectContinue_SaysSoOnceBeforeTheBody()
    {
        HttpRequestParser parser = new(BodyMax);
        Append(parser, "PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");

        Assert.Equal(HttpParseStatus.WantsContinue, parser.Next().Status);
        Assert.Equal(HttpParseStatus.NeedsBytes, parser.Next().Status);
        Append(parser, "ok");
        Assert.Equal(HttpParseStatus.Request, parser.Next().Status);
    }

    // A client that does not wait for it has sent the body with the head.
    [Fact]
    public void Next_ExpectContinueWithTheBodyThere_GivesTheRequest()
    {
        HttpRequestParser parser = new(BodyMax);
        Append(parser, "PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nok");

        Assert.Equal(HttpParseStatus.Request, parser.Next().Status);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nConnection: close\r\n\r\n", false)]
    [InlineData("GET / HTTP/1.0\r\n\r\n", false)]
    [InlineData("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true)]
    [InlineData("GET / HTTP/1.1\r\nconnection: foo, CLOSE\r\n\r\n", false)]
    public void Next_ConnectionField_DecidesKeepAlive(string text, bool keepAlive) =>
        Assert.Equal(keepAlive, Single(text).KeepAlive);

    [Theory]
    [InlineData("GET http://localhost/vm/config HTTP/1.1\r\n\r\n", "/vm/config")]
    [InlineData("GET http://localhost HTTP/1.1\r\n\r\n", "/")]
    [InlineData("\r\n\r\nGET /x HTTP/1.1\r\n\r\n", "/x")]
    public void Next_OtherFormsOfTarget_GiveThePath(string text, string path) => Assert.Equal(path, Single(text).Path);

    [Theory]
    [InlineData("POST / HTTP/1.1\r\n\r\n")]
    [InlineData("get / HTTP/1.1\r\n\r\n")]
    [InlineData("GET / HTTP/2\r\n\r\n")]
    [InlineData("GET  / HTTP/1.1\r\n\r\n")]
    [InlineData("GET /\r\n\r\n")]
    [InlineData("GET x HTTP/1.1\r\n\r\n")]
    [InlineData("GET /\u0001 HTTP/1.1\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nNo colon\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\n: empty\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nBad name: x\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nA: x\r\n folded\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nA: x\ny\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nA: \0\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\nA: x\n\r\n\r\n")]
    [InlineData("PUT / HTTP/1.1\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("PUT / HTTP/1.1\r\nContent-Length: +1\r\n\r\n")]
    [InlineData("PUT / HTTP/1.1\r\nContent-Length: 1x\r\n\r\n")]
    [InlineData("PUT / HTTP/1.1\r\nContent-Length: \r\n\r\n")]
    [InlineData("PUT / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n")]
    [InlineData("PUT / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n")]
    [InlineData("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("PUT / HTTP/1.1\r\nExpect: gold\r\n\r\n")]
    public void Next_NotARequest_IsRefused(string text)
    {
        HttpRequestParser parser = new(BodyMax);
        Append(parser, text);

        HttpParseResult result = parser.Next();

        Assert.Equal(HttpParseStatus.Refused, result.Status);
        Assert.Equal(400, result.Refusal!.Status);
    }

    [Fact]
    public void Next_BodyOverItsBound_IsRefusedBeforeItIsSent()
    {
        HttpRequestParser parser = new(BodyMax);
        Append(parser, "PUT / HTTP/1.1\r\nContent-Length: 101\r\n\r\n");

        HttpRefusal refusal = parser.Next().Refusal!;

        Assert.Equal(413, refusal.Status);
        Assert.Equal(
            "Request payload with size 101 is larger than the limit of 100 allowed by server.", refusal.Message);
    }

    [Fact]
    public void Next_BodyOfItsBound_IsTaken() =>
        Assert.Equal(
            BodyMax,
            Single($"PUT / HTTP/1.1\r\nContent-Length: 100\r\n\r\n{new string('x', BodyMax)}").Body.Length);

    [Fact]
    public void Next_HeadWithoutEnd_IsRefusedAtItsBound()
    {
        HttpRequestParser parser = new(BodyMax);
        Append(parser, "GET / HTTP/1.1\r\nA: " + new string('x', HttpLimits.HeadBytesMax));

        Assert.Equal(HttpParseStatus.Refused, parser.Next().Status);
    }

    [Fact]
    public void Next_TooManyFields_IsRefused()
    {
        HttpRequestParser parser = new(BodyMax);
        string fields = string.Concat(Enumerable.Repeat("A: x\r\n", HttpLimits.FieldCountMax + 1));
        Append(parser, $"GET / HTTP/1.1\r\n{fields}\r\n");

        Assert.Equal(HttpParseStatus.Refused, parser.Next().Status);
    }

    [Fact]
    public void Next_AfterARefusal_StaysRefused()
    {
        HttpRequestParser parser = new(BodyMax);
        Append(parser, "nonsense\r\n\r\n");
        _ = parser.Next();
        Append(parser, Get);

        Assert.Equal(HttpParseStatus.Refused, parser.Next().Status);
    }

    // Random bytes, and requests with random damage, in random pieces: never an exception, never more than a bound
    // kept.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Next_RandomDamage_NeverThrows(int seed)
    {
        Random random = new(seed);
        for (int round = 0; round < 3000; round++)
        {
            byte[] bytes = Encoding.ASCII.GetBytes(Put + Get + Put);
            for (int i = random.Next(0, 6); i > 0; i--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            HttpRequestParser parser = new(BodyMax);
            int start = 0;
            while (start < bytes.Length)
            {
                int count = random.Next(1, bytes.Length - start + 1);
                Feed(parser, bytes.AsSpan(start, count), []);
                start += count;
            }
        }
    }

    private static HttpRequest Single(string text)
    {
        HttpRequestParser parser = new(BodyMax);
        Append(parser, text);
        HttpParseResult result = parser.Next();
        Assert.Equal(HttpParseStatus.Request, result.Status);
        Assert.Equal(HttpParseStatus.NeedsBytes, parser.Next().Status);
        return result.Request!;
    }

    private static void Append(HttpRequestParser parser, string text) => parser.Append(Encoding.Latin1.GetBytes(text));

    private static void Feed(HttpRequestParser parser, ReadOnlySpan<byte> bytes, List<string> paths)
    {
        parser.Append(bytes);
        HttpParseResult step = parser.Next();
        while (step.Status is HttpParseStatus.Request or HttpParseStatus.WantsContinue)
        {
            if (step.Request is { } request)
            {
                paths.Add(request.Path);
            }

            step = parser.Next();
        }
    }
}
