using System.Text;
using Thaw.Devices.Tests.Harness;
using Thaw.Devices.Virtio.Vsock;
using Thaw.Linux;

namespace Thaw.Devices.Tests.Virtio;

public sealed class VsockDeviceTests : IDisposable
{
    private readonly VsockBench _bench = new();

    private TestVsockGuest Guest => _bench.Guest;

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Config_TellsTheGuestItsCid() =>
        Assert.Equal(TestVsockGuest.Cid, _bench.Driver.ReadConfig64(0));

    [Fact]
    public void HostConnection_GetsOkWithItsPort_AndDataFlows()
    {
        (UnixSocket host, TestStream guest) = _bench.Connect(5000);

        Assert.InRange(guest.HostPort, VsockLimits.HostPortMin, VsockLimits.HostPortMax);
        VsockBench.Send(host, "ping");
        Guest.RunUntil(() => guest.Received.Count == 4, "the guest has the ping");
        Assert.Equal("ping"u8.ToArray(), guest.Received);
        Guest.SendData(guest, "pong!"u8);
        Assert.Equal("pong!", ReadText(host, 5));
    }

    [Fact]
    public void HostConnection_DataRightBehindConnect_IsNotLost()
    {
        Guest.Listening.Add(5000);
        UnixSocket host = _bench.Dial();

        VsockBench.Send(host, "CONNECT 5000\nhello");
        uint port = VsockBench.ReadOk(Guest, host);

        TestStream guest = Guest.Streams[(5000, port)];
        Guest.RunUntil(() => guest.Received.Count == 5, "the early data is there");
        Assert.Equal("hello"u8.ToArray(), guest.Received);
    }

    [Fact]
    public void HostConnection_LineInPieces_IsUnderstood()
    {
        Guest.Listening.Add(7);
        UnixSocket host = _bench.Dial();
        foreach (string piece in new[] { "CON", "NECT", " ", "7", "\n" })
        {
            VsockBench.Send(host, piece);
            _bench.Driver.RunUntilIdle();
        }

        VsockBench.ReadOk(Guest, host);
    }

    [Theory]
    [InlineData("HELLO 5000\n")]
    [InlineData("CONNECT\n")]
    [InlineData("CONNECT x\n")]
    [InlineData("CONNECT -1\n")]
    [InlineData("CONNECT 4294967296\n")]
    [InlineData("CONNECT 5000 5001\n")]
    [InlineData("CONNECT 00000000000000000000000005000\n")]
    [InlineData("\n")]
    public void HostConnection_BadLine_IsClosed(string line)
    {
        Guest.Listening.Add(5000);
        UnixSocket host = _bench.Dial();

        VsockBench.Send(host, line);

        Assert.True(EndsWithoutData(host));
        Assert.Empty(Guest.Log);
        Assert.Equal(1, _bench.Device.Metrics.ConnectFailures.Value);
    }

    [Fact]
    public void HostConnection_NobodyListening_IsClosed()
    {
        UnixSocket host = _bench.Dial();

        VsockBench.Send(host, "CONNECT 5000\n");

        Assert.Empty(_bench.ReadToEnd(host));
        Assert.Equal(["Request"], Guest.Log);
    }

    [Fact]
    public void GuestConnection_ReachesThePathWithThePort()
    {
        (UnixSocket host, TestStream guest) = _bench.ConnectFromGuest(1234, 5001);

        Guest.SendData(guest, "hello"u8);
        Assert.Equal("hello", ReadText(host, 5));
        VsockBench.Send(host, "bye");
        Guest.RunUntil(() => guest.Received.Count == 3, "the guest has the answer");
    }

    [Fact]
    public void GuestConnection_NobodyListening_IsReset()
    {
        TestStream stream = Guest.Connect(1234, 5001);

        Guest.RunUntil(() => stream.IsReset, "the guest is refused");

        Assert.False(stream.IsEstablished);
        Assert.Equal(1, _bench.Device.Metrics.ConnectFailures.Value);
    }

    [Fact]
    public void GuestConnection_HostAnswersAndClosesAtOnce_AnswerArrivesFirst()
    {
        UnixSocket listener = _bench.Listen(5001);
        TestStream stream = Guest.Connect(1234, 5001);
        UnixSocket? host = null;
        // The guest is not polled, so it learns of all this at once.
        _bench.Driver.RunUntil(() => listener.TryAccept(out host) == Errno.OK, "the connection arrives");
        VsockBench.Send(host!, "answer");
        host!.Dispose();

        Guest.RunUntil(() => stream.HostDone != 0, "the guest hears of the end");

        Assert.Equal("answer"u8.ToArray(), stream.Received);
        Assert.Equal(["Response", "ReadWrite", "Shutdown"], Guest.Log);
        Assert.Equal(3u, stream.HostDone);
    }

    [Fact]
    public void HostCloses_GuestGetsShutdown_ThenResetEndsIt()
    {
        (UnixSocket host, TestStream guest) = _bench.Connect(5000);
        VsockBench.Send(host, "last");
        host.Dispose();

        Guest.RunUntil(() => guest.HostDone == 3, "the guest hears of the end");
        Assert.Equal("last"u8.ToArray(), guest.Received);
        Guest.Send(guest, VsockOperation.Reset);

        Guest.RunUntil(() => Removed == 1, "the connection is gone");
        Assert.Empty(Guest.Resets);
    }

    [Fact]
    public void HostHalfCloses_GuestMayStillAnswer()
    {
        (UnixSocket host, TestStream guest) = _bench.Connect(5000);
        VsockBench.Send(host, "question");
        host.Shutdown(receive: false, send: true);
        Guest.RunUntil(() => guest.HostDone == 2, "the guest hears that the host sends no more");

        byte[] answer = new byte[200_000];
        Random.Shared.NextBytes(answer);
        int sent = 0;
        List<byte> received = [];
        Guest.RunUntil(
            () =>
            {
                sent += Guest.SendData(guest, answer.AsSpan(sent));
                received.AddRange(VsockBench.ReadSome(host)!);
                return received.Count == answer.Length;
            },
            "the host has the answer");
        Guest.Send(guest, VsockOperation.Shutdown, flags: 3);

        Assert.Empty(_bench.ReadToEnd(host));
        Assert.Equal(answer, received);
        Guest.RunUntil(() => guest.IsReset, "the guest's shutdown is confirmed");
    }

    [Fact]
    public void GuestHalfCloses_HostMayStillAnswer()
    {
        (UnixSocket host, TestStream guest) = _bench.Connect(5000);
        Guest.SendData(guest, "question"u8);
        Guest.Send(guest, VsockOperation.Shutdown, flags: 2);

        Assert.Equal("question"u8.ToArray(), _bench.ReadToEnd(host));
        VsockBench.Send(host, "answer");
        host.Dispose();

        Guest.RunUntil(() => guest.HostDone == 3, "the guest has heard everything");
        Assert.Equal("answer"u8.ToArray(), guest.Received);
    }

    [Fact]
    public void GuestCloses_HostGetsAllOfItThenTheEnd()
    {
        (UnixSocket host, TestStream guest) = _bench.Connect(5000);
        byte[] data = new byte[60_000];
        Random.Shared.NextBytes(data);
        Guest.SendData(guest, data);
        Guest.Send(guest, VsockOperation.Shutdown, flags: 3);

        Assert.Equal(data, _bench.ReadToEnd(host));
        Guest.RunUntil(() => guest.IsReset, "the guest's shutdown is confirmed");
        Assert.Equal(0, _bench.Device.Metrics.ConnectionsKilled.Value);
    }

    [Fact]
    public void GuestResets_HostSeesTheEnd()
    {
        (UnixSocket host, TestStream guest) = _bench.Connect(5000);

        Guest.Send(guest, VsockOperation.Reset);

        Assert.Empty(_bench.ReadToEnd(host));
        Assert.Equal(1, Removed);
    }

    [Fact]
    public void HostStopsReading_GuestIsToldAndDataDropped()
    {
        (UnixSocket host, TestStream guest) = _bench.Connect(5000);
        host.Shutdown(receive: true, send: false);

        Guest.RunUntil(
            () =>
            {
                Guest.SendData(guest, "x"u8);
                return (guest.HostDone & 1) != 0;
            },
            "the guest hears that the host receives no more");

        VsockBench.Send(host, "still talking");
        Guest.RunUntil(() => guest.Received.Count == 13, "the other direction still works");
    }

    [Fact]
    public void SlowHost_GuestIsHeldByCredit_AndNothingIsLost()
    {
        (UnixSocket host, TestStream guest) = _bench.Connect(5000);
        byte[] data = new byte[2_000_000];
        new Random(4).NextBytes(data);
        // Nobody reads: the socket's buffer and ours fill up, then the credit is gone.
        int sent = _bench.SendUntilStuck(guest, data);
        Assert.InRange(sent, VsockLimits.SendBufferBytes + 1, 1_000_000);

        List<byte> received = [];
        Guest.RunUntil(
            () =>
            {
                sent += Guest.SendData(guest, data.AsSpan(sent));
                received.AddRange(VsockBench.ReadSome(host)!);
                return received.Count == data.Length;
            },
            "everything has arrived");
        Assert.Equal(data, received);
    }

    [Fact]
    public void SlowGuest_HostIsHeldByCredit_AndLoopSleeps()
    {
        (UnixSocket host, TestStream guest) = _bench.Connect(5000);
        guest.IsReading = false;
        byte[] data = new byte[1_000_000];
        new Random(5).NextBytes(data);
        int sent = 0;
        Guest.RunUntil(
            () =>
            {
                host.TrySend(data.AsSpan(sent), out int count);
                sent += count;
                return guest.Received.Count == TestStream.BufferBytes && count == 0;
            },
            "the guest's buffer and the socket are full");
        // A connection that cannot move must not keep the loop awake.
        _bench.Driver.RunUntilIdle();

        guest.IsReading = true;
        Guest.RunUntil(
            () =>
            {
                host.TrySend(data.AsSpan(sent), out int count);
                sent += count;
                return guest.Received.Count == data.Length;
            },
            "everything has arrived");
        Assert.Equal(data, guest.Received);
    }

    [Fact]
    public void TenMegabytes_BothWaysAtOnce_Arrive()
    {
        (UnixSocket host, TestStream guest) = _bench.Connect(5000);
        byte[] toGuest = new byte[10_000_000], toHost = new byte[10_000_000];
        new Random(6).NextBytes(toGuest);
        new Random(7).NextBytes(toHost);
        int sentToGuest = 0, sentToHost = 0;
        List<byte> atHost = new(toHost.Length);

        Guest.RunUntil(
            () =>
            {
                host.TrySend(toGuest.AsSpan(sentToGuest, Math.Min(65536, toGuest.Length - sentToGuest)), out int count);
                sentToGuest += count;
                sentToHost += Guest.SendData(guest, toHost.AsSpan(sentToHost));
                atHost.AddRange(VsockBench.ReadSome(host)!);
                return atHost.Count == toHost.Length && guest.Received.Count == toGuest.Length;
            },
            "ten megabytes are everywhere");

        Assert.True(toGuest.AsSpan().SequenceEqual(guest.Received.ToArray()));
        Assert.True(toHost.AsSpan().SequenceEqual(atHost.ToArray()));
        Assert.Equal(0, _bench.Device.Metrics.DroppedBytes.Value);
    }

    [Fact]
    public void ManyConnections_EachGetsItsOwnData()
    {
        (UnixSocket Host, TestStream Guest)[] all = [.. Enumerable.Range(0, 200).Select(_ => _bench.Connect(5000))];
        for (int i = 0; i < all.Length; i++)
        {
            VsockBench.Send(all[i].Host, $"host {i}");
            Assert.NotEqual(0, Guest.SendData(all[i].Guest, Encoding.ASCII.GetBytes($"guest {i}")));
            _bench.Driver.RunUntilIdle();
            Guest.Poll();
        }

        for (int i = 0; i < all.Length; i++)
        {
            TestStream stream = all[i].Guest;
            string expected = $"host {i}";
            Guest.RunUntil(() => stream.Received.Count == expected.Length, "the guest has its line");
            Assert.Equal(expected, Encoding.ASCII.GetString([.. stream.Received]));
            Assert.Equal($"guest {i}", ReadText(all[i].Host, $"guest {i}".Length));
        }
        Assert.Equal(200, all.Select(one => one.Guest.HostPort).Distinct().Count());
    }

    [Fact]
    public void FewReceiveBuffers_EverythingArrivesInTime()
    {
        using VsockBench bench = new(receiveBuffers: 1);
        (UnixSocket host, TestStream guest) = bench.Connect(5000);
        byte[] data = new byte[100_000];
        new Random(8).NextBytes(data);
        int sent = 0;

        bench.Guest.RunUntil(
            () =>
            {
                host.TrySend(data.AsSpan(sent), out int count);
                sent += count;
                return guest.Received.Count == data.Length;
            },
            "everything has arrived");

        Assert.Equal(data, guest.Received);
    }

    private long Removed => _bench.Device.Metrics.ConnectionsRemoved.Value;

    private string ReadText(UnixSocket socket, int length)
    {
        List<byte> received = [];
        Guest.RunUntil(
            () =>
            {
                received.AddRange(VsockBench.ReadSome(socket)!);
                return received.Count >= length;
            },
            $"the host program has {length} bytes");
        return Encoding.ASCII.GetString([.. received]);
    }

    /// <summary>
    /// Whether the stream ends with nothing read; a reset counts, as our end had data that it did not want.
    /// </summary>
    private bool EndsWithoutData(UnixSocket socket)
    {
        Errno errno = Errno.EAGAIN;
        int count = 0;
        byte[] buffer = new byte[64];
        Guest.RunUntil(
            () =>
            {
                errno = socket.TryRead(buffer, out count);
                return errno != Errno.EAGAIN;
            },
            "the stream ends");
        return count == 0 && errno is Errno.OK or Errno.ECONNRESET;
    }
}
