using System.Text;
using Thaw.Devices.Virtio.Vsock;
using Thaw.Linux;

namespace Thaw.Devices.Tests.Harness;

/// <summary>A vsock device, a guest on it, and host programs around it.</summary>
internal sealed class VsockBench : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("thaw-vsock-").FullName;
    private readonly List<IDisposable> _owned = [];

    internal VsockBench(Func<VsockOptions, VsockOptions>? configure = null, int receiveBuffers = 128)
    {
        UdsPath = Path.Combine(_folder, "v.sock");
        Loop = new EventLoop();
        VsockOptions options = new() { GuestCid = TestVsockGuest.Cid, UdsPath = UdsPath };
        Device = new VsockDevice(configure?.Invoke(options) ?? options, Loop);
        Driver = new TestDriver(Device, new TestMemory(), Loop).Start();
        Guest = new TestVsockGuest(Driver, receiveBuffers);
    }

    internal string UdsPath { get; }

    internal EventLoop Loop { get; }

    internal VsockDevice Device { get; }

    internal TestDriver Driver { get; }

    internal TestVsockGuest Guest { get; }

    internal string PathFor(string name) => Path.Combine(_folder, name);

    internal UnixSocket Listen(uint port)
    {
        UnixSocket listener = UnixSocket.Listen($"{UdsPath}_{port}", 16);
        _owned.Add(listener);
        return listener;
    }

    internal UnixSocket Dial(string? path = null)
    {
        Assert.Equal(Errno.OK, UnixSocket.TryConnect(path ?? UdsPath, out UnixSocket? socket));
        _owned.Add(socket!);
        return socket!;
    }

    internal UnixSocket Accept(UnixSocket listener)
    {
        UnixSocket? socket = null;
        Guest.RunUntil(() => listener.TryAccept(out socket) == Errno.OK, "a connection of the guest arrives");
        _owned.Add(socket!);
        return socket!;
    }

    /// <summary>A host program's connection to a guest's port, and the guest's end.</summary>
    internal (UnixSocket Host, TestStream Guest) Connect(uint guestPort)
    {
        Guest.Listening.Add(guestPort);
        UnixSocket host = Dial();
        Send(host, $"CONNECT {guestPort}\n");
        uint hostPort = ReadOk(Guest, host);
        return (host, Guest.Streams[(guestPort, hostPort)]);
    }

    /// <summary>A connection that the guest made to a host program.</summary>
    internal (UnixSocket Host, TestStream Guest) ConnectFromGuest(uint guestPort, uint hostPort)
    {
        UnixSocket listener = Listen(hostPort);
        TestStream stream = Guest.Connect(guestPort, hostPort);
        UnixSocket host = Accept(listener);
        Guest.RunUntil(() => stream.IsEstablished, "the guest's connection is accepted");
        return (host, stream);
    }

    internal static uint ReadOk(TestVsockGuest guest, UnixSocket host)
    {
        StringBuilder line = new();
        byte[] one = new byte[1];
        guest.RunUntil(
            () =>
            {
                while (line is not [.., '\n'] && host.TryRead(one, out int count) == Errno.OK)
                {
                    Assert.Equal(1, count);
                    line.Append((char)one[0]);
                }
                return line is [.., '\n'];
            },
            "the host program reads its OK");
        string text = line.ToString();
        Assert.StartsWith("OK ", text, StringComparison.Ordinal);
        return uint.Parse(text.AsSpan(3, text.Length - 4));
    }

    /// <summary>Sends from the guest until neither socket, buffer nor credit take more; how much that was.</summary>
    internal int SendUntilStuck(TestStream stream, ReadOnlySpan<byte> data)
    {
        int total = 0;
        int sent;
        do
        {
            sent = Guest.SendData(stream, data[total..]);
            total += sent;
            Driver.RunUntilIdle();
            Guest.Poll();
        }
        while (sent > 0 || stream.Credit > 0);
        return total;
    }

    internal static void Send(UnixSocket socket, string text)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        Assert.Equal(Errno.OK, socket.TrySend(bytes, out int count));
        Assert.Equal(bytes.Length, count);
    }

    /// <summary>Reads what is there; null at the end of the stream.</summary>
    internal static byte[]? ReadSome(UnixSocket socket)
    {
        byte[] buffer = new byte[65536];
        Errno errno = socket.TryRead(buffer, out int count);
        Assert.True(errno is Errno.OK or Errno.EAGAIN, $"read: {errno}");
        return errno == Errno.OK && count == 0 ? null : buffer[..count];
    }

    /// <summary>Runs until the host program sees the end of its stream; what came before it.</summary>
    internal byte[] ReadToEnd(UnixSocket socket)
    {
        List<byte> received = [];
        bool isOver = false;
        Guest.RunUntil(
            () =>
            {
                byte[]? part = ReadSome(socket);
                received.AddRange(part ?? []);
                isOver = part is null;
                return isOver;
            },
            "the host program's stream ends");
        return [.. received];
    }

    public void Dispose()
    {
        Driver.Dispose();
        _owned.ForEach(owned => owned.Dispose());
        Loop.Dispose();
        Driver.Memory.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
