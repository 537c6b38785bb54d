using System.Net;
using System.Net.Sockets;
using System.Text;
using Thaw.FunctionRuntime.Api;

namespace Thaw.FunctionRuntime.Tests.Api;

/// <summary>The connection to the Runtime API, against a server that says what the test wants.</summary>
public sealed class ApiConnectionTests : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public ApiConnectionTests() => _listener.Start();

    [Fact]
    public async Task Call_AnswerInPieces_IsReadWhole()
    {
        using ApiConnection connection = Connect();
        Task<ApiAnswer> call = Task.Run(() => connection.Call("POST", "/x", "[1]"u8, "A: b\r\n"));
        using Socket server = await _listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
        string request = Read(server, "[1]");

        foreach (char character in "HTTP/1.1 202 Accepted\r\nX-Name:  välue \r\nContent-Length: 4\r\n\r\nbo\r\n")
        {
            server.Send(Encoding.UTF8.GetBytes([character]));
        }

        ApiAnswer answer = await call;
        Assert.StartsWith("POST /x HTTP/1.1\r\nHost: 127.0.0.1:", request, StringComparison.Ordinal);
        const string Headers = "\r\nA: b\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n";
        Assert.Contains(Headers, request, StringComparison.Ordinal);
        Assert.Equal((202, "välue"), (answer.Status, answer.Header("x-name")));
        Assert.Equal("bo\r\n", Encoding.UTF8.GetString(answer.Body));
    }

    [Fact]
    public async Task Call_AfterConnectionClose_ConnectsAgain()
    {
        using ApiConnection connection = Connect();
        for (int i = 0; i < 2; i++)
        {
            Task<ApiAnswer> call = Task.Run(() => connection.Call("GET", "/x", default));
            using Socket server = await _listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
            _ = Read(server, "\r\n\r\n");
            server.Send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"u8);

            Assert.Empty((await call).Body);
        }
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")]
    [InlineData("what?\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n")]
    public async Task Call_AnswerThatIsNone_IsRefused(string text)
    {
        using ApiConnection connection = Connect();
        Task<ApiAnswer> call = Task.Run(() => connection.Call("GET", "/x", default));
        using (Socket server = await _listener.AcceptSocketAsync(TestContext.Current.CancellationToken))
        {
            _ = Read(server, "\r\n\r\n");
            server.Send(Encoding.UTF8.GetBytes(text));
            server.Shutdown(SocketShutdown.Both);
        }

        await Assert.ThrowsAsync<RuntimeApiException>(() => call);
    }

    public void Dispose() => _listener.Dispose();

    private ApiConnection Connect() => new(_listener.LocalEndpoint.ToString()!);

    private static string Read(Socket server, string end)
    {
        StringBuilder text = new();
        byte[] buffer = new byte[4096];
        while (!text.ToString().EndsWith(end, StringComparison.Ordinal))
        {
            text.Append(Encoding.UTF8.GetString(buffer, 0, server.Receive(buffer)));
        }

        return text.ToString();
    }
}
