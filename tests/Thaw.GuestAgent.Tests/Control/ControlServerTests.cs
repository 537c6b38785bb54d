using Thaw.GuestAgent.Control;
using Thaw.GuestAgent.Functions;
using Thaw.GuestAgent.Logs;
using Thaw.GuestAgent.Tests.Fakes;
using Thaw.Linux;
using Thaw.Protocol;
using System.Net.Sockets;

namespace Thaw.GuestAgent.Tests.Control;

public sealed class ControlServerTests : IDisposable
{
    private readonly Journal _journal = new();
    private readonly BlockingSocket _listener = BlockingSocket.ListenLoopback(0, backlog: 4);
    private readonly ControlChannel _channel = new();
    private readonly LogPump _log;
    private readonly FunctionSession _session;
    private readonly Thread _thread;
    private volatile bool _isHost = true;

    public ControlServerTests()
    {
        _log = new LogPump(_channel);
        FakeMachine machine = new(_journal);
        _session = new FunctionSession(new FunctionParts
        {
            Output = _channel,
            Log = _log,
            Cgroup = new FakeCgroup(_journal),
            Launcher = new FakeLauncher(),
            Package = new FakePackage(),
            SecretWipe = new FakeSecretWipe(_journal),
            ProcessMemory = new FakeProcessMemory(),
            CloneSystem = new FakeCloneSystem(_journal),
            Machine = machine,
            Clock = new FakeClock(),
            RuntimeApiAddress = "127.0.0.1:9001",
        });
        ControlServer server = new(_listener, _ => _isHost, _channel, _session, _log, machine);
        _thread = new Thread(server.Run) { IsBackground = true };
        _thread.Start();
    }

    public void Dispose()
    {
        using (Host host = new(_listener.LoopbackPort))
        {
            host.Writer.Write(new Shutdown());
            Assert.True(_thread.Join(TimeSpan.FromSeconds(20)));
        }
        _session.End();
        _log.Dispose();
        _listener.Dispose();
    }

    [Fact]
    public void Ping_IsAnswered()
    {
        using Host host = new(_listener.LoopbackPort);

        host.Writer.Write(new Ping { Sequence = 11 });

        Assert.Equal(new Pong { Sequence = 11 }, host.Reader.Read()!.Message);
    }

    [Fact]
    public void Connection_NotTheHosts_IsClosedUnheardAndTakesNobodysPlace()
    {
        using Host host = new(_listener.LoopbackPort);
        host.Writer.Write(new Ping { Sequence = 1 });
        _ = host.Reader.Read();

        _isHost = false;
        using (Host stranger = new(_listener.LoopbackPort))
        {
            Assert.Null(stranger.Reader.Read());
        }

        _isHost = true;
        host.Writer.Write(new Ping { Sequence = 2 });
        Assert.Equal(new Pong { Sequence = 2 }, host.Reader.Read()!.Message);
    }

    [Fact]
    public void FramesInOnePiece_AreAnsweredInTheirOrder()
    {
        using Host host = new(_listener.LoopbackPort);
        byte[] frames =
        [
            .. FrameCodec.Encode(new Ping { Sequence = 1 }),
            .. FrameCodec.Encode(new Quiesce { TimeoutMs = 1000 }),
            .. FrameCodec.Encode(SessionBench.RestoreRequest()),
            .. FrameCodec.Encode(SessionBench.Request(), "{}"u8),
            .. FrameCodec.Encode(new Ping { Sequence = 2 }),
        ];

        host.Stream.Write(frames);

        FrameKind[] kinds = [.. Enumerable.Range(0, 5).Select(_ => host.Reader.Read()!.Kind)];
        Assert.Equal(
            [FrameKind.Pong, FrameKind.Quiesced, FrameKind.Restored, FrameKind.InvokeDone, FrameKind.Pong], kinds);
    }

    [Fact]
    public void NewConnection_TakesTheOldOnesPlace()
    {
        using Host old = new(_listener.LoopbackPort);
        old.Writer.Write(new Ping());
        Assert.Equal(FrameKind.Pong, old.Reader.Read()!.Kind);

        using Host host = new(_listener.LoopbackPort);
        host.Writer.Write(new Ping { Sequence = 2 });

        Assert.Equal(new Pong { Sequence = 2 }, host.Reader.Read()!.Message);
        Assert.Null(old.Reader.Read());
    }

    [Fact]
    public void ResetConnection_IsForgotten()
    {
        Host host = new(_listener.LoopbackPort);
        host.Writer.Write(new Ping());
        host.Client.LingerState = new LingerOption(true, 0);
        host.Dispose();

        using Host next = new(_listener.LoopbackPort);
        next.Writer.Write(new Ping { Sequence = 3 });

        Assert.Equal(new Pong { Sequence = 3 }, next.Reader.Read()!.Message);
    }

    [Theory]
    [InlineData(new byte[] { 0xff, 0xff, 0xff, 0xff })]
    [InlineData(new byte[] { 8, 0, 0, 0, 9, 9, 0, 0, 0, 0, 0, 0 })]
    public void BrokenFrame_IsToldAndClosed(byte[] bytes)
    {
        using Host host = new(_listener.LoopbackPort);

        host.Stream.Write(bytes);

        Assert.Equal("protocol", Assert.IsType<Failed>(host.Reader.Read()!.Message).Step);
        Assert.Null(host.Reader.Read());
    }

    [Fact]
    public void FrameOfTheGuest_IsToldAndClosed()
    {
        using Host host = new(_listener.LoopbackPort);

        host.Writer.Write(new Pong());

        Failed failed = Assert.IsType<Failed>(host.Reader.Read()!.Message);
        Assert.Equal("UnexpectedKind", failed.Error.ErrorType);
        Assert.Null(host.Reader.Read());
    }

    [Fact]
    public void Shutdown_KillsAndEndsTheMachine()
    {
        using Host host = new(_listener.LoopbackPort);

        host.Writer.Write(new Shutdown { Reboot = true });
        Assert.True(_thread.Join(TimeSpan.FromSeconds(20)));

        Assert.Equal(["kill", "reboot"], _journal.Entries);
    }

    private sealed class Host : IDisposable
    {
        private readonly TcpClient _client;

        internal Host(int port)
        {
            _client = new TcpClient("127.0.0.1", port) { ReceiveTimeout = 20_000 };
            Stream = _client.GetStream();
            Reader = new FrameReader(Stream);
            Writer = new FrameWriter(Stream);
        }

        internal Socket Client => _client.Client;

        internal NetworkStream Stream { get; }

        internal FrameReader Reader { get; }

        internal FrameWriter Writer { get; }

        public void Dispose()
        {
            Writer.Dispose();
            _client.Dispose();
        }
    }
}
