using System.Net;
using System.Net.Sockets;

namespace Thaw.Linux.Tests.Sockets;

public sealed class BlockingSocketTests : IDisposable
{
    private readonly BlockingSocket _listener = BlockingSocket.ListenLoopback(port: 0, backlog: 4);
    private readonly TcpClient _client = new();

    public void Dispose()
    {
        _client.Dispose();
        _listener.Dispose();
    }

    [Fact]
    public void ListenLoopback_PortZero_TakesAFreePort() => Assert.InRange(_listener.LoopbackPort, 1, 65535);

    [Fact]
    public void ListenLoopback_PortTaken_IsRefusedByName()
    {
        LinuxException refused = Assert.Throws<LinuxException>(
            () => BlockingSocket.ListenLoopback((ushort)_listener.LoopbackPort, backlog: 1));

        Assert.Equal(Errno.EADDRINUSE, refused.Errno);
        Assert.Contains($"127.0.0.1:{_listener.LoopbackPort}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TryAccept_Connection_CarriesBytesBothWays()
    {
        using BlockingSocket server = Accept();
        server.SendAtOnce();
        byte[] buffer = new byte[16];

        _client.GetStream().Write("ping"u8);
        Assert.Equal(Errno.OK, server.TryRead(buffer, out int count));
        Assert.Equal("ping"u8, buffer.AsSpan(0, count));
        Assert.Equal(Errno.OK, server.TrySend("pong"u8, out int sent));
        Assert.Equal(4, sent);
        _client.GetStream().ReadExactly(buffer, 0, 4);
        Assert.Equal("pong"u8, buffer.AsSpan(0, 4));
    }

    [Fact]
    public void Shutdown_WhileAnotherThreadReads_WakesIt()
    {
        using BlockingSocket server = Accept();
        using ManualResetEventSlim started = new();
        int count = -1;
        Thread reader = new(() =>
        {
            started.Set();
            server.TryRead(new byte[1], out count);
        });
        reader.Start();
        Assert.True(started.Wait(Waiting.BoundMs));

        server.Shutdown();

        Waiting.ForEnd(reader, "Reader");
        Assert.Equal(0, count);
    }

    [Fact]
    public void Shutdown_WhileAnotherThreadAccepts_WakesIt()
    {
        using ManualResetEventSlim started = new();
        Errno errno = Errno.OK;
        Thread acceptor = new(() =>
        {
            started.Set();
            errno = _listener.TryAccept(out _);
        });
        acceptor.Start();
        Assert.True(started.Wait(Waiting.BoundMs));

        _listener.Shutdown();

        Waiting.ForEnd(acceptor, "Acceptor");
        Assert.Equal(Errno.EINVAL, errno);
    }

    // Context 1 is this machine itself: whether or not it has vsock, nobody listens there.
    [Fact]
    public void ConnectVsock_NobodyListens_IsRefusedByName()
    {
        LinuxException refused =
            Assert.Throws<LinuxException>(() => BlockingSocket.ConnectVsock(contextId: 1, port: 0x7fff_fff1));

        Assert.NotEqual(Errno.OK, refused.Errno);
    }

    [Fact]
    public void SocketStream_ReadAndWrite_CarryBytesAndTheEnd()
    {
        using SocketStream stream = new(Accept());
        NetworkStream client = _client.GetStream();
        byte[] buffer = new byte[16];

        client.Write("abcdef"u8);
        stream.ReadExactly(buffer, 0, 6);
        Assert.Equal("abcdef"u8, buffer.AsSpan(0, 6));
        stream.Write("xyz"u8);
        stream.Flush();
        client.ReadExactly(buffer, 0, 3);
        Assert.Equal("xyz"u8, buffer.AsSpan(0, 3));
        _client.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, stream.Read(buffer));
    }

    [Fact]
    public async Task SocketStream_WriteOfMoreThanABuffer_ArrivesWhole()
    {
        byte[] sent = new byte[8 << 20];
        new Random(1).NextBytes(sent);
        using SocketStream stream = new(Accept());
        byte[] received = new byte[sent.Length];

        Task reading = _client.GetStream().ReadExactlyAsync(received).AsTask();
        stream.Write(sent);
        await reading;

        Assert.True(received.AsSpan().SequenceEqual(sent));
    }

    [Fact]
    public void SocketStream_WriteAfterShutdown_IsALinuxException()
    {
        using SocketStream stream = new(Accept());
        stream.Socket.Shutdown();

        LinuxException refused = Assert.Throws<LinuxException>(() => stream.Write("x"u8));

        Assert.Equal(Errno.EPIPE, refused.Errno);
    }

    [Fact]
    public void SocketStream_Disposed_ClosesTheSocket()
    {
        SocketStream stream = new(Accept());

        stream.Dispose();

        Assert.True(stream.Socket.IsClosed);
        Assert.Equal(0, _client.GetStream().Read(new byte[1]));
    }

    [Fact]
    public void SocketStream_Seeking_IsNotSupported()
    {
        using SocketStream stream = new(Accept());

        Assert.Equal((true, true, false), (stream.CanRead, stream.CanWrite, stream.CanSeek));
        Assert.Throws<NotSupportedException>(() => stream.Length);
        Assert.Throws<NotSupportedException>(() => stream.Position = 1);
        Assert.Throws<NotSupportedException>(() => stream.Seek(0, SeekOrigin.Begin));
        Assert.Throws<NotSupportedException>(() => stream.SetLength(0));
    }

    private BlockingSocket Accept()
    {
        _client.Connect(IPAddress.Loopback, _listener.LoopbackPort);
        Assert.Equal(Errno.OK, _listener.TryAccept(out BlockingSocket? server));
        return server!;
    }
}
