using System.Text;

namespace Thaw.Linux.Tests.Sockets;

public sealed class UnixSocketTests : IDisposable
{
    private const int BrokenPipeExitCode = 128 + Libc.SIGPIPE;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TryAccept_NobodyWaiting_WouldBlock()
    {
        using UnixSocket listener = UnixSocket.Listen(_folder.File("s"), backlog: 1);

        Assert.Equal(Errno.EAGAIN, listener.TryAccept(out UnixSocket? connection));
        Assert.Null(connection);
    }

    [Fact]
    public void TryAccept_OneWaiting_TakesItOnce()
    {
        (UnixSocket listener, UnixSocket client, UnixSocket server) = Connect();

        Assert.Equal(Errno.EAGAIN, listener.TryAccept(out _));
        Dispose(listener, client, server);
    }

    [Fact]
    public void TrySend_BothDirections_Arrives()
    {
        (UnixSocket listener, UnixSocket client, UnixSocket server) = Connect();

        Assert.Equal(Errno.OK, client.TrySend("ping"u8, out int sent));
        Assert.Equal(4, sent);
        Assert.Equal("ping", Receive(server));
        Assert.Equal(Errno.OK, server.TrySend("pong"u8, out _));
        Assert.Equal("pong", Receive(client));
        Assert.Equal(Errno.EAGAIN, client.TryRead(new byte[1], out _));
        Dispose(listener, client, server);
    }

    [Fact]
    public void TryConnect_NoFile_IsNotFound()
    {
        Assert.Equal(Errno.ENOENT, UnixSocket.TryConnect(_folder.File("missing"), out UnixSocket? socket));
        Assert.Null(socket);
    }

    [Fact]
    public void TryConnect_ListenerGone_IsRefused()
    {
        string path = _folder.File("s");
        UnixSocket.Listen(path, backlog: 1).Dispose();

        Assert.True(File.Exists(path));
        Assert.Equal(Errno.ECONNREFUSED, UnixSocket.TryConnect(path, out UnixSocket? socket));
        Assert.Null(socket);
    }

    [Fact]
    public void TryConnect_OrdinaryFile_IsRefused() =>
        Assert.Equal(Errno.ECONNREFUSED, UnixSocket.TryConnect(_folder.File("file", "x"u8), out _));

    [Fact]
    public void TryConnect_BacklogFull_WouldBlock()
    {
        string path = _folder.File("s");
        using UnixSocket listener = UnixSocket.Listen(path, backlog: 0);
        List<UnixSocket> waiting = [];

        Errno errno;
        while ((errno = UnixSocket.TryConnect(path, out UnixSocket? socket)) == Errno.OK && waiting.Count < 100)
        {
            waiting.Add(socket!);
        }

        Assert.Equal(Errno.EAGAIN, errno);
        Dispose([.. waiting]);
    }

    [Fact]
    public void Listen_PathTaken_IsRefusedByName()
    {
        string path = _folder.File("s");
        using UnixSocket first = UnixSocket.Listen(path, backlog: 1);

        LinuxException refused = Assert.Throws<LinuxException>(() => UnixSocket.Listen(path, backlog: 1));

        Assert.Equal(Errno.EADDRINUSE, refused.Errno);
        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Listen_NoSuchFolder_IsRefused() => Assert.Equal(
        Errno.ENOENT,
        Assert.Throws<LinuxException>(() => UnixSocket.Listen(_folder.File("missing/s"), backlog: 1)).Errno);

    [Theory]
    [InlineData("s")]
    [InlineData("ö")]
    public void Path_OfTheLongestLength_ListensAndConnects(string fill)
    {
        string path = PathOf(UnixSocket.PathBytesMax, fill);

        using UnixSocket listener = UnixSocket.Listen(path, backlog: 1);

        Assert.Equal(Errno.OK, UnixSocket.TryConnect(path, out UnixSocket? client));
        client!.Dispose();
    }

    [Theory]
    [InlineData("s")]
    [InlineData("ö")]
    public void Path_OneByteTooLong_IsRefusedByBoth(string fill)
    {
        string path = PathOf(UnixSocket.PathBytesMax + 1, fill);

        Assert.Equal(
            Errno.ENAMETOOLONG, Assert.Throws<LinuxException>(() => UnixSocket.Listen(path, backlog: 1)).Errno);
        Assert.Equal(Errno.ENAMETOOLONG, UnixSocket.TryConnect(path, out _));
    }

    // An empty path, or one that starts with a zero, is an abstract name to Linux; one with a zero inside is cut there.
    [Theory]
    [InlineData("")]
    [InlineData("\0thaw")]
    [InlineData("/tmp/thaw\0.sock")]
    public void Path_ThatIsNone_IsRefusedByBoth(string path)
    {
        Assert.Equal(Errno.EINVAL, Assert.Throws<LinuxException>(() => UnixSocket.Listen(path, backlog: 1)).Errno);
        Assert.Equal(Errno.EINVAL, UnixSocket.TryConnect(path, out _));
    }

    [Fact]
    public void Shutdown_Sending_PeerReadsTheEndAndCanAnswer()
    {
        (UnixSocket listener, UnixSocket client, UnixSocket server) = Connect();
        client.TrySend("last"u8, out _);

        client.Shutdown(receive: false, send: true);

        Assert.Equal("last", Receive(server));
        Assert.Equal("", Receive(server));
        Assert.Equal(Errno.OK, server.TrySend("answer"u8, out _));
        Assert.Equal("answer", Receive(client));
        Assert.Equal(Errno.EPIPE, client.TrySend("x"u8, out _));
        Dispose(listener, client, server);
    }

    [Fact]
    public void Shutdown_Receiving_PeerCannotSend()
    {
        (UnixSocket listener, UnixSocket client, UnixSocket server) = Connect();

        client.Shutdown(receive: true, send: false);

        Assert.Equal(Errno.EPIPE, server.TrySend("x"u8, out _));
        Assert.Equal(Errno.OK, client.TrySend("y"u8, out _));
        Dispose(listener, client, server);
    }

    [Fact]
    public void Shutdown_NeitherDirectionOrOfADeadPeer_IsQuiet()
    {
        (UnixSocket listener, UnixSocket client, UnixSocket server) = Connect();

        client.Shutdown(receive: false, send: false);
        Assert.Equal(Errno.OK, client.TrySend("still"u8, out _));
        server.Dispose();
        client.Shutdown(receive: true, send: true);
        client.Shutdown(receive: true, send: true);

        Dispose(listener, client);
    }

    [Fact]
    public void TrySend_PeerNeverReads_TakesWhatFitsThenWouldBlock()
    {
        (UnixSocket listener, UnixSocket client, UnixSocket server) = Connect();
        byte[] chunk = new byte[64 * 1024];
        long sent = 0;

        Errno errno;
        while ((errno = client.TrySend(chunk, out int count)) == Errno.OK)
        {
            sent += count;
        }

        Assert.Equal(Errno.EAGAIN, errno);
        long received = 0;
        while (server.TryRead(chunk, out int count) == Errno.OK)
        {
            received += count;
        }
        Assert.Equal(sent, received);
        Dispose(listener, client, server);
    }

    [Fact]
    public async Task TrySend_PeerGone_IsAnErrorAndNotASignal()
    {
        (int exitCode, string output) =
            await ChildRun.OfTest(typeof(UnixSocketTests), nameof(SendToADeadPeer_WithSignalsAsAShellHasThem));

        Assert.True(exitCode == 0, $"Exit code {exitCode}: {output}");
    }

    [Fact]
    public async Task TryWrite_PeerGone_IsTheSignalThatTrySendAvoids()
    {
        (int exitCode, _) =
            await ChildRun.OfTest(typeof(UnixSocketTests), nameof(WriteToADeadPeer_WithSignalsAsAShellHasThem));

        Assert.Equal(BrokenPipeExitCode, exitCode);
    }

    [Fact(Explicit = true)]
    public void SendToADeadPeer_WithSignalsAsAShellHasThem()
    {
        (UnixSocket listener, UnixSocket client, UnixSocket server) = Connect();
        server.Dispose();
        Libc.Signal(Libc.SIGPIPE, 0 /* SIG_DFL */);

        Assert.Equal(Errno.EPIPE, client.TrySend("x"u8, out _));

        Dispose(listener, client);
    }

    [Fact(Explicit = true)]
    public void WriteToADeadPeer_WithSignalsAsAShellHasThem()
    {
        (_, UnixSocket client, UnixSocket server) = Connect();
        server.Dispose();
        Libc.Signal(Libc.SIGPIPE, 0 /* SIG_DFL */);

        client.TryWrite("x"u8, out _);
    }

    private string PathOf(int byteCount, string fill)
    {
        string path = _folder.Path + "/";
        int missing = byteCount - Encoding.UTF8.GetByteCount(path);
        Assert.True(missing > 0, $"The temporary folder {path} has a path too long for a socket in it.");
        while (missing >= Encoding.UTF8.GetByteCount(fill))
        {
            path += fill;
            missing -= Encoding.UTF8.GetByteCount(fill);
        }
        return path + new string('x', missing);
    }

    private (UnixSocket Listener, UnixSocket Client, UnixSocket Server) Connect()
    {
        string path = _folder.File("s");
        UnixSocket listener = UnixSocket.Listen(path, backlog: 4);
        Assert.Equal(Errno.OK, UnixSocket.TryConnect(path, out UnixSocket? client));
        Assert.Equal(Errno.OK, listener.TryAccept(out UnixSocket? server));
        return (listener, client!, server!);
    }

    private static string Receive(UnixSocket socket)
    {
        byte[] buffer = new byte[100];
        Assert.Equal(Errno.OK, socket.TryRead(buffer, out int count));
        return Encoding.ASCII.GetString(buffer, 0, count);
    }

    private static void Dispose(params UnixSocket[] sockets)
    {
        foreach (UnixSocket socket in sockets)
        {
            socket.Dispose();
        }
    }
}
