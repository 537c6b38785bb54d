using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Thaw.Dev.Bench.Starts;

namespace Thaw.Dev.Tests;

public sealed class DelayingRelayTests : IAsyncDisposable
{
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private readonly DelayingRelay _relay;

    public DelayingRelayTests()
    {
        _server.Start();
        _relay = DelayingRelay.Start(((IPEndPoint)_server.LocalEndpoint).Port);
    }

    public async ValueTask DisposeAsync()
    {
        await _relay.DisposeAsync();
        _server.Dispose();
    }

    [Fact]
    public async Task Relay_RequestAndAnswer_ArriveUnchanged()
    {
        using Socket client = await ConnectAsync();
        using Socket server = await _server.AcceptSocketAsync();

        await client.SendAsync("request"u8.ToArray());
        byte[] request = await ReceiveAsync(server, "request".Length);
        await server.SendAsync("answer"u8.ToArray());
        byte[] answer = await ReceiveAsync(client, "answer".Length);

        Assert.Equal("request"u8.ToArray(), request);
        Assert.Equal("answer"u8.ToArray(), answer);
    }

    [Fact]
    public async Task Relay_WithADelay_HoldsRequestsBackForIt()
    {
        using Socket client = await ConnectAsync();
        using Socket server = await _server.AcceptSocketAsync();
        _relay.Delay = TimeSpan.FromMilliseconds(50);

        long start = Stopwatch.GetTimestamp();
        await client.SendAsync("request"u8.ToArray());
        await ReceiveAsync(server, "request".Length);

        // Timers go by the tick: one may be missing.
        Assert.True(Stopwatch.GetElapsedTime(start) >= _relay.Delay - TimeSpan.FromMilliseconds(2));
    }

    [Fact]
    public async Task Relay_ServerThatHangsUp_TellsTheClient()
    {
        using Socket client = await ConnectAsync();
        using (Socket server = await _server.AcceptSocketAsync())
        {
            server.Shutdown(SocketShutdown.Both);
        }

        Assert.Empty(await ReceiveAsync(client, 1));
    }

    private async Task<Socket> ConnectAsync()
    {
        Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Loopback, _relay.Port);
        return client;
    }

    private static async Task<byte[]> ReceiveAsync(Socket socket, int length)
    {
        byte[] buffer = new byte[length];
        int count = 0;
        int read;
        while (count < length && (read = await socket.ReceiveAsync(buffer.AsMemory(count))) > 0)
        {
            count += read;
        }

        return buffer[..count];
    }
}
