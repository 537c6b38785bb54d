using Thaw.Devices.Virtio.Vsock;

namespace Thaw.Devices.Tests.Harness;

/// <summary>A guest's vsock driver: keeps receive and event buffers filled, answers as Linux does.</summary>
internal sealed class TestVsockGuest
{
    internal const ulong Cid = 3;
    internal const uint ReceiveBufferBytes = 4096;

    private readonly TestDriver _driver;
    private readonly Dictionary<ushort, GuestBuffer> _receiveBuffers = [];
    private readonly Dictionary<ushort, GuestBuffer> _eventBuffers = [];
    private readonly Dictionary<ushort, GuestBuffer[]> _sendBuffers = [];
    private readonly Stack<GuestBuffer> _freeHeaders = new();
    private readonly Stack<GuestBuffer> _freeData = new();
    private readonly byte[] _headerBytes = new byte[VsockHeader.Bytes];

    internal TestVsockGuest(TestDriver driver, int receiveBuffers = 128)
    {
        _driver = driver;
        for (int i = 0; i < receiveBuffers; i++)
        {
            AddReceiveBuffer(driver.Memory.Writable(ReceiveBufferBytes));
        }
        for (int i = 0; i < 8; i++)
        {
            AddEventBuffer(driver.Memory.Writable(4));
        }
        for (int i = 0; i < 64; i++)
        {
            _freeHeaders.Push(driver.Memory.Writable(VsockHeader.Bytes) with { IsWritable = false });
            _freeData.Push(driver.Memory.Writable(65536) with { IsWritable = false });
        }
        NotifyAll();
    }

    /// <summary>The same guest on a restored device.</summary>
    internal TestVsockGuest(TestVsockGuest saved, TestDriver restored)
    {
        _driver = restored;
        _receiveBuffers = saved._receiveBuffers;
        _eventBuffers = saved._eventBuffers;
        _sendBuffers = saved._sendBuffers;
        _freeHeaders = saved._freeHeaders;
        _freeData = saved._freeData;
        Streams = saved.Streams;
        Listening = saved.Listening;
    }

    /// <summary>Ports that accept connections.</summary>
    internal HashSet<uint> Listening { get; } = [];

    internal Dictionary<(uint Guest, uint Host), TestStream> Streams { get; } = [];

    internal List<TestPacket> Resets { get; } = [];

    /// <summary>Events and packets in the order in which they were seen.</summary>
    internal List<string> Log { get; } = [];

    internal int TransportResets { get; private set; }

    internal int SendSlots => Math.Min(_freeHeaders.Count, _driver.Queues[VsockDevice.SendQueue].FreeCount / 2);

    /// <summary>Whether a connection request is left unanswered.</summary>
    internal bool IsDeaf { get; set; }

    /// <summary>Takes everything that the device returned, and answers.</summary>
    internal void Poll()
    {
        TakeEvents();
        while (_driver.Queues[VsockDevice.SendQueue].TryTakeUsed(out ushort head, out _))
        {
            _sendBuffers.Remove(head, out GuestBuffer[]? buffers);
            _freeHeaders.Push(buffers![0]);
            if (buffers.Length > 1)
            {
                _freeData.Push(buffers[1] with { LengthBytes = 65536 });
            }
        }
        while (SendSlots > 0 && _driver.Queues[VsockDevice.ReceiveQueue].TryTakeUsed(out ushort head, out uint written))
        {
            _receiveBuffers.Remove(head, out GuestBuffer buffer);
            byte[] bytes = _driver.Memory.Read(buffer.Address, (int)written);
            AddReceiveBuffer(buffer);
            VsockHeader header = VsockHeader.Read(bytes);
            Assert.Equal(header.LengthBytes + VsockHeader.Bytes, written);
            OnPacket(new TestPacket(header, bytes[VsockHeader.Bytes..]));
        }
        foreach (TestStream stream in Streams.Values)
        {
            TellCredit(stream);
        }
        NotifyAll();
    }

    internal void TakeEvents()
    {
        while (_driver.Queues[VsockDevice.EventQueue].TryTakeUsed(out ushort head, out uint written))
        {
            _eventBuffers.Remove(head, out GuestBuffer buffer);
            Assert.Equal(4u, written);
            Assert.Equal([0, 0, 0, 0], _driver.Memory.Read(buffer));
            TransportResets++;
            Log.Add("event");
            Streams.Clear();
            AddEventBuffer(buffer);
        }
    }

    /// <summary>Runs guest and device until <paramref name="isDone"/>.</summary>
    internal void RunUntil(Func<bool> isDone, string what) => _driver.RunUntil(
        () =>
        {
            Poll();
            return isDone();
        },
        what);

    internal TestStream Connect(uint guestPort, uint hostPort)
    {
        TestStream stream = new(guestPort, hostPort);
        Streams.Add((guestPort, hostPort), stream);
        Send(stream, VsockOperation.Request);
        return stream;
    }

    /// <summary>Sends what credit and queue allow; how much that was.</summary>
    internal int SendData(TestStream stream, ReadOnlySpan<byte> data)
    {
        int total = 0;
        while (!data.IsEmpty && stream.Credit > 0 && SendSlots > 16)
        {
            int count = (int)Math.Min(Math.Min((uint)data.Length, stream.Credit), 65536);
            Send(stream, VsockOperation.ReadWrite, data: data[..count]);
            stream.Sent += (uint)count;
            data = data[count..];
            total += count;
        }
        NotifyAll();
        return total;
    }

    internal void Send(
        TestStream stream, VsockOperation operation, uint flags = 0, ReadOnlySpan<byte> data = default)
    {
        stream.ForwardedTold = stream.Forwarded;
        SendRaw(
            new VsockHeader
            {
                SourceCid = Cid,
                DestinationCid = VsockDevice.HostCid,
                SourcePort = stream.GuestPort,
                DestinationPort = stream.HostPort,
                LengthBytes = (uint)data.Length,
                Type = VsockHeader.TypeStream,
                Operation = operation,
                Flags = flags,
                BufferBytes = TestStream.BufferBytes,
                ForwardedBytes = stream.Forwarded,
            },
            data);
    }

    internal void SendRaw(VsockHeader header, ReadOnlySpan<byte> data)
    {
        header.Write(_headerBytes);
        GuestBuffer place = _freeHeaders.Pop();
        _driver.Memory.Write(place.Address, _headerBytes);
        GuestBuffer[] buffers = [place];
        if (!data.IsEmpty)
        {
            GuestBuffer dataPlace = _freeData.Pop() with { LengthBytes = (uint)data.Length };
            _driver.Memory.Write(dataPlace.Address, data);
            buffers = [place, dataPlace];
        }
        _sendBuffers[_driver.Queues[VsockDevice.SendQueue].Add(buffers)] = buffers;
        _driver.Notify(VsockDevice.SendQueue);
    }

    internal void NotifyAll()
    {
        for (int i = 0; i < 3; i++)
        {
            _driver.Notify(i);
        }
    }

    private void OnPacket(TestPacket packet)
    {
        VsockHeader header = packet.Header;
        Assert.Equal(Cid, header.DestinationCid);
        Assert.Equal(VsockDevice.HostCid, header.SourceCid);
        Log.Add(header.Operation.ToString());
        (uint, uint) key = (header.DestinationPort, header.SourcePort);
        if (header.Operation == VsockOperation.Request)
        {
            OnRequest(header);
            return;
        }
        if (header.Operation == VsockOperation.Reset)
        {
            Resets.Add(packet);
        }
        if (!Streams.TryGetValue(key, out TestStream? stream))
        {
            return;
        }
        stream.HostBufferBytes = header.BufferBytes;
        stream.HostForwarded = header.ForwardedBytes;
        switch (header.Operation)
        {
            case VsockOperation.Response:
                stream.IsEstablished = true;
                break;
            case VsockOperation.ReadWrite:
                stream.Received.AddRange(packet.Data);
                uint buffered = (uint)stream.Received.Count - stream.Forwarded;
                Assert.True(buffered <= TestStream.BufferBytes, "The device sent more than it was granted.");
                break;
            case VsockOperation.Shutdown:
                stream.HostDone |= header.Flags;
                break;
            case VsockOperation.Reset:
                stream.IsReset = true;
                break;
            case VsockOperation.CreditRequest:
                stream.OwesCreditUpdate = true;
                break;
        }
    }

    private void OnRequest(in VsockHeader request)
    {
        if (IsDeaf)
        {
            return;
        }
        TestStream stream = new(request.DestinationPort, request.SourcePort)
        {
            HostBufferBytes = request.BufferBytes,
            HostForwarded = request.ForwardedBytes,
            IsEstablished = true,
        };
        if (!Listening.Contains(request.DestinationPort))
        {
            Send(stream, VsockOperation.Reset);
            return;
        }
        Streams.Add((stream.GuestPort, stream.HostPort), stream);
        Send(stream, VsockOperation.Response);
    }

    private void TellCredit(TestStream stream)
    {
        if (!stream.IsEstablished || stream.IsReset || SendSlots == 0)
        {
            return;
        }
        if (stream.IsReading)
        {
            stream.Forwarded = (uint)stream.Received.Count;
        }
        // Linux tells when less than one packet's worth is left to the sender.
        uint granted = TestStream.BufferBytes - ((uint)stream.Received.Count - stream.ForwardedTold);
        if (stream.OwesCreditUpdate || (granted < 65536 && stream.Forwarded != stream.ForwardedTold))
        {
            stream.OwesCreditUpdate = false;
            Send(stream, VsockOperation.CreditUpdate);
        }
    }

    private void AddReceiveBuffer(GuestBuffer buffer) =>
        _receiveBuffers[_driver.Queues[VsockDevice.ReceiveQueue].Add(buffer)] = buffer;

    private void AddEventBuffer(GuestBuffer buffer) =>
        _eventBuffers[_driver.Queues[VsockDevice.EventQueue].Add(buffer)] = buffer;
}
