using System.Net.Sockets;
using System.Text;
using Thaw.Linux;
using Thaw.Monitor.Http;

namespace Thaw.Monitor.Tests.Http;

/// <summary>The server over a real socket; the test turns the event loop, so that nothing waits for a clock.</summary>
public sealed class HttpServerTests : IDisposable
{
    // Only a bound: the loop answers at once.
    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(5);

    private readonly string _folder = Directory.CreateTempSubdirectory("thaw-http-test-").FullName;
    private readonly EventLoop _loop = new();
    private readonly HttpServer _server;

    public HttpServerTests() => _server = new HttpServer(
        _loop,
        Path.Combine(_folder, "api.sock"),
        bodyBytesMax: 100,
        request => new HttpResponse(200, [.. Encoding.ASCII.GetBytes(request.Path), .. request.Body]));

    public void Dispose()
    {
        _server.Dispose();
        _loop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Connection_PipelinedRequests_AreAnsweredInOrder()
    {
        using Socket client = Connect();

        client.Send("GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n"u8);
        string text = ReceiveUntil(client, "/b");

        Assert.Equal(
            "HTTP/1.1 200 OK\r\nServer: Thaw API\r\nConnection: keep-alive\r\nContent-Type: application/json\r\n"
            + "Content-Length: 2\r\n\r\n/a"
            + "HTTP/1.1 200 OK\r\nServer: Thaw API\r\nConnection: keep-alive\r\nContent-Type: application/json\r\n"
            + "Content-Length: 2\r\n\r\n/b",
            text);
    }

    [Fact]
    public void Connection_ExpectContinue_IsAnsweredBeforeTheBody()
    {
        using Socket client = Connect();

        client.Send("PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"u8);
        Assert.Equal("HTTP/1.1 100 Continue\r\n\r\n", ReceiveUntil(client, "\r\n\r\n"));
        client.Send("ok"u8);

        Assert.EndsWith("/ok", ReceiveUntil(client, "/ok"), StringComparison.Ordinal);
    }

    [Fact]
    public void Connection_NonsenseBytes_IsAnsweredAndClosed()
    {
        using Socket client = Connect();

        client.Send("\0\0\0\0\r\n\r\n"u8);
        string text = ReceiveUntil(client, until: null);

        Assert.StartsWith("HTTP/1.1 400 Bad Request\r\n", text, StringComparison.Ordinal);
        Assert.Contains("Connection: close", text, StringComparison.Ordinal);
        Assert.Contains("All previous unanswered requests will be dropped.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Connection_CloseAsked_IsClosedAfterTheAnswer()
    {
        using Socket client = Connect();

        client.Send("GET /x HTTP/1.1\r\nConnection: close\r\n\r\nGET /y HTTP/1.1\r\n\r\n"u8);
        string text = ReceiveUntil(client, until: null);

        Assert.EndsWith("/x", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Connection_HalfClosedByTheClient_StillGetsItsAnswer()
    {
        using Socket client = Connect();

        client.Send("GET /x HTTP/1.1\r\n\r\n"u8);
        client.Shutdown(SocketShutdown.Send);

        Assert.EndsWith("/x", ReceiveUntil(client, until: null), StringComparison.Ordinal);
    }

    [Fact]
    public void Accept_OneClientTooMany_IsRefusedAndOthersGoOn()
    {
        List<Socket> clients = [];
        for (int i = 0; i < HttpLimits.ConnectionCountMax; i++)
        {
            clients.Add(Connect());
            _loop.RunOnce((int)s_step.TotalMilliseconds);
        }

        using Socket extra = Connect();
        Assert.Contains("Too many open connections", ReceiveUntil(extra, until: null), StringComparison.Ordinal);
        clients[0].Send("GET /x HTTP/1.1\r\n\r\n"u8);
        Assert.EndsWith("/x", ReceiveUntil(clients[0], "/x"), StringComparison.Ordinal);
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public void Listen_PathThatIsTaken_IsRefusedAndLeftAlone()
    {
        string taken = Path.Combine(_folder, "taken");
        File.WriteAllText(taken, "x");

        LinuxException refused = Assert.Throws<LinuxException>(
            () => new HttpServer(_loop, taken, bodyBytesMax: 1, _ => HttpResponse.NoContent));

        Assert.Equal(Errno.EADDRINUSE, refused.Errno);
        Assert.Equal("x", File.ReadAllText(taken));
        Assert.False(File.Exists(taken + ".new"));
    }

    private Socket Connect()
    {
        Socket client = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(Path.Combine(_folder, "api.sock")));
        return client;
    }

    // Turns the loop until the client has what it waits for, or, for null, the end of the connection.
    private string ReceiveUntil(Socket client, string? until)
    {
        StringBuilder text = new();
        byte[] buffer = new byte[4096];
        while (until is null || !text.ToString().EndsWith(until, StringComparison.Ordinal))
        {
            while (!client.Poll(0, SelectMode.SelectRead))
            {
                // What the server closed comes to an end once no process has it any more, and one that another test is
                // just starting has it until it runs its program.
                Assert.True(
                    _loop.RunOnce(0) > 0 || client.Poll(s_step, SelectMode.SelectRead),
                    $"Nothing came within {s_step.TotalSeconds} s; so far: {text}");
            }

            int count = client.Receive(buffer);
            if (count == 0)
            {
                Assert.Null(until);
                return text.ToString();
            }

            text.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }

        return text.ToString();
    }
}
