using Thaw.Devices.Tests.Harness;
using Thaw.Devices.Virtio.Vsock;
using Thaw.Linux;

namespace Thaw.Devices.Tests.Virtio;

/// <summary>Timeouts, bounds, and drivers that break the rules.</summary>
public sealed class VsockLimitTests
{
    /// <summary>Waited for as an event, never slept over; short only so that tests are.</summary>
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(30);

    [Fact]
    public void Handshake_NeverFinished_IsClosed()
    {
        using VsockBench bench = new(options => options with { HandshakeTimeout = s_short });
        UnixSocket host = bench.Dial();
        VsockBench.Send(host, "CONNECT 50");

        Assert.True(ResetOrEnd(bench, host));
    }

    [Fact]
    public void Request_NeverAnswered_IsClosedAndGuestTold()
    {
        using VsockBench bench = new(options => options with { RequestTimeout = s_short });
        bench.Guest.IsDeaf = true;
        UnixSocket host = bench.Dial();
        VsockBench.Send(host, "CONNECT 5000\n");

        Assert.Empty(bench.ReadToEnd(host));

        bench.Guest.RunUntil(() => bench.Guest.Resets.Count == 1, "the guest is told");
        Assert.Equal(["Request", "Reset"], bench.Guest.Log);
        Assert.Equal(1, bench.Device.Metrics.ConnectionsKilled.Value);
    }

    [Fact]
    public void Request_HostGivesUp_GuestIsTold()
    {
        using VsockBench bench = new();
        bench.Guest.IsDeaf = true;
        UnixSocket host = bench.Dial();
        VsockBench.Send(host, "CONNECT 5000\n");
        bench.Guest.RunUntil(() => bench.Guest.Log.Count == 1, "the guest has the request");

        host.Dispose();

        bench.Guest.RunUntil(() => bench.Guest.Resets.Count == 1, "the guest is told");
    }

    [Fact]
    public void Shutdown_GuestNeverConfirms_IsReset()
    {
        using VsockBench bench = new(options => options with { ShutdownTimeout = s_short });
        (UnixSocket host, TestStream guest) = bench.Connect(5000);
        host.Dispose();

        bench.Guest.RunUntil(() => guest.IsReset, "the device loses patience");

        Assert.Equal(3u, guest.HostDone);
    }

    [Fact]
    public void Shutdown_HostNeverReadsTheRest_IsReset()
    {
        using VsockBench bench = new(options => options with { ShutdownTimeout = s_short });
        (_, TestStream guest) = bench.Connect(5000);
        bench.SendUntilStuck(guest, new byte[2_000_000]);
        bench.Guest.Send(guest, VsockOperation.Shutdown, flags: 3);

        bench.Guest.RunUntil(() => guest.IsReset, "the device loses patience");

        Assert.Equal(VsockLimits.SendBufferBytes, bench.Device.Metrics.DroppedBytes.Value);
    }

    [Fact]
    public void Connections_AtTheBound_NewcomersWaitUntilOneEnds()
    {
        using VsockBench bench = new(options => options with { ConnectionCountMax = 3 });
        using UnixSocket listener = bench.Listen(5001);
        (_, TestStream first) = bench.Connect(5000);
        bench.Connect(5000);
        UnixSocket unfinished = bench.Dial();
        bench.Driver.RunUntilIdle();
        UnixSocket waiting = bench.Dial();
        VsockBench.Send(waiting, "CONNECT 5000\n");
        // The loop comes to rest although somebody waits at the listener.
        bench.Driver.RunUntilIdle();
        bench.Guest.Poll();
        Assert.Equal(2, bench.Guest.Streams.Count);
        TestStream refused = bench.Guest.Connect(9, 5001);
        bench.Guest.RunUntil(() => refused.IsReset, "a connection of the guest is refused");

        bench.Guest.Send(first, VsockOperation.Reset);

        VsockBench.ReadOk(bench.Guest, waiting);
        unfinished.Dispose();
        bench.Connect(5000);
    }

    [Theory]
    [InlineData(VsockOperation.ReadWrite)]
    [InlineData(VsockOperation.Response)]
    [InlineData(VsockOperation.Shutdown)]
    [InlineData(VsockOperation.CreditUpdate)]
    [InlineData(VsockOperation.CreditRequest)]
    [InlineData(VsockOperation.Invalid)]
    [InlineData((VsockOperation)999)]
    public void UnknownConnection_AnyPacket_IsReset(object operation)
    {
        using VsockBench bench = new();
        TestStream nobody = new(77, 88);

        bench.Guest.Send(nobody, (VsockOperation)operation);

        bench.Guest.RunUntil(() => bench.Guest.Resets.Count == 1, "a reset comes");
        VsockHeader reset = bench.Guest.Resets[0].Header;
        Assert.Equal((88u, 77u), (reset.SourcePort, reset.DestinationPort));
    }

    [Fact]
    public void UnknownConnection_Reset_IsNotAnswered()
    {
        using VsockBench bench = new();
        bench.Guest.Send(new TestStream(77, 88), VsockOperation.Reset);

        bench.Driver.RunUntilIdle();
        bench.Guest.Poll();

        Assert.Empty(bench.Guest.Log);
    }

    [Fact]
    public void OtherSocketType_IsReset()
    {
        using VsockBench bench = new();
        VsockHeader header = Header(VsockOperation.Request);
        header.Type = 2;

        bench.Guest.SendRaw(header, []);

        bench.Guest.RunUntil(() => bench.Guest.Resets.Count == 1, "a reset comes");
    }

    [Fact]
    public void OtherCid_OrImpossibleLength_IsDropped()
    {
        using VsockBench bench = new();
        VsockHeader foreign = Header(VsockOperation.Request), elsewhere = foreign, tooLong = foreign;
        foreign.SourceCid = 4;
        elsewhere.DestinationCid = 3;
        tooLong.LengthBytes = 1;

        bench.Guest.SendRaw(foreign, []);
        bench.Guest.SendRaw(elsewhere, []);
        bench.Guest.SendRaw(tooLong, []);
        bench.Driver.RunUntilIdle();
        bench.Guest.Poll();

        Assert.Empty(bench.Guest.Log);
        Assert.Equal(3, bench.Device.Metrics.InvalidPackets.Value);
    }

    [Fact]
    public void MoreThanTheCredit_EndsTheConnection()
    {
        using VsockBench bench = new();
        (_, TestStream guest) = bench.Connect(5000);
        byte[] data = new byte[65536];
        for (int i = 0; i < 20 && !guest.IsReset; i++)
        {
            bench.Guest.Send(guest, VsockOperation.ReadWrite, data: data);
            bench.Driver.RunUntilIdle();
            bench.Guest.Poll();
        }

        bench.Guest.RunUntil(() => guest.IsReset, "the connection is reset");
    }

    [Fact]
    public void DataAfterShutdown_EndsTheConnection()
    {
        using VsockBench bench = new();
        (_, TestStream guest) = bench.Connect(5000);
        bench.Guest.Send(guest, VsockOperation.Shutdown, flags: 2);
        bench.Guest.Send(guest, VsockOperation.ReadWrite, data: "x"u8);

        bench.Guest.RunUntil(() => guest.IsReset, "the connection is reset");
    }

    [Fact]
    public void ResetsNobodyTakes_HoldTheSender()
    {
        using VsockBench bench = new(receiveBuffers: 1);
        int sent = 0;
        // The guest never takes a packet, so that answers pile up at the device.
        for (int i = 0; i < 2000; i++)
        {
            if (bench.Guest.SendSlots == 0)
            {
                bench.Driver.RunUntilIdle();
                bench.Driver.Queues[VsockDevice.EventQueue].TakeNeedsNotify();
                break;
            }
            bench.Guest.Send(new TestStream((uint)i, 88), VsockOperation.ReadWrite);
            sent++;
        }

        // Now it does, and every packet is answered.
        bench.Guest.RunUntil(() => bench.Guest.Resets.Count == sent, "all answers have come");
    }

    [Fact]
    public void DriverReset_EndsEveryConnection_AndStartsAfresh()
    {
        using VsockBench bench = new();
        (UnixSocket host, _) = bench.Connect(5000);

        bench.Driver.Start();
        TestVsockGuest guest = new(bench.Driver);

        byte[] buffer = new byte[16];
        bench.Driver.RunUntil(
            () => host.TryRead(buffer, out int count) is var errno && errno != Errno.EAGAIN && count == 0,
            "the host program sees the end");
        guest.Listening.Add(5000);
        UnixSocket again = bench.Dial();
        VsockBench.Send(again, "CONNECT 5000\n");
        VsockBench.ReadOk(guest, again);
    }

    [Fact]
    public void Path_AlreadyTaken_IsAnError_AndIsFreedByDispose()
    {
        VsockBench bench = new();
        string path = bench.UdsPath;
        using EventLoop loop = new();
        VsockOptions options = new() { GuestCid = 3, UdsPath = path };

        LinuxException taken = Assert.Throws<LinuxException>(() => new VsockDevice(options, loop));
        Assert.Equal(Errno.EADDRINUSE, taken.Errno);
        Assert.True(File.Exists(path));

        bench.Device.Dispose();
        Assert.False(File.Exists(path));
        bench.Dispose();
    }

    [Theory]
    [InlineData("CONNECT 0", 0u)]
    [InlineData("connect 5000", 5000u)]
    [InlineData("CONNECT 5000\r", 5000u)]
    [InlineData("CONNECT 4294967295", uint.MaxValue)]
    public void ConnectLine_Valid_GivesThePort(string line, uint port) =>
        Assert.Equal(port, VsockHandshake.Parse(System.Text.Encoding.ASCII.GetBytes(line)));

    private static VsockHeader Header(VsockOperation operation) => new()
    {
        SourceCid = TestVsockGuest.Cid,
        DestinationCid = VsockDevice.HostCid,
        SourcePort = 1,
        DestinationPort = 2,
        Type = VsockHeader.TypeStream,
        Operation = operation,
    };

    private static bool ResetOrEnd(VsockBench bench, UnixSocket socket)
    {
        Errno errno = Errno.EAGAIN;
        int count = 0;
        byte[] buffer = new byte[64];
        bench.Guest.RunUntil(
            () =>
            {
                errno = socket.TryRead(buffer, out count);
                return errno != Errno.EAGAIN;
            },
            "the stream ends");
        return count == 0 && errno is Errno.OK or Errno.ECONNRESET;
    }
}
