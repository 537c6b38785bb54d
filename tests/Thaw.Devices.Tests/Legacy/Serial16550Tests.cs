using Thaw.Devices.Legacy;
using Thaw.Devices.Tests.Harness;
using Thaw.Snapshot;

namespace Thaw.Devices.Tests.Legacy;

public sealed class Serial16550Tests
{
    private readonly TestInterrupt _interrupt = new();
    private readonly RecordingOutput _output = new();
    private readonly Serial16550 _port;

    public Serial16550Tests() => _port = new Serial16550(_interrupt, _output);

    [Fact]
    public void Write_Data_ReachesTheOutput()
    {
        Out(0, (byte)'h');
        Out(0, (byte)'i');

        Assert.Equal("hi"u8.ToArray(), _output.Bytes);
        Assert.Equal(0x60, In(5));
        Assert.Equal(0, _interrupt.Count);
    }

    [Fact]
    public void Receive_WithInterruptsOn_RaisesAndIdentifiesUntilRead()
    {
        Out(1, 1);
        Assert.Equal(2, _port.Receive("ab"u8));

        Assert.Equal(1, _interrupt.Count);
        Assert.Equal(0x04, In(2));
        Assert.Equal(0x61, In(5));
        Assert.Equal((byte)'a', In(0));
        Assert.Equal((byte)'b', In(0));
        Assert.Equal(0x01, In(2));
        Assert.Equal(0x60, In(5));
        Assert.Equal(0, In(0));
    }

    [Fact]
    public void Receive_MoreThanTheFifo_TakesWhatFitsAndCounts()
    {
        Assert.Equal(Serial16550.ReceiveFifoBytesMax, _port.Receive(new byte[100]));

        Assert.Equal(0, _port.ReceiveRoom);
        Assert.Equal(100 - Serial16550.ReceiveFifoBytesMax, _port.Metrics.OverrunBytes.Value);
    }

    [Fact]
    public void EnableTransmitEmpty_AnyTime_ReportsAtOnceAndOnlyOnce()
    {
        // Linux (serial8250_THRE_test) switches it on twice and expects a report each time.
        Out(1, 2);
        Assert.Equal(0x02, In(2));
        Assert.Equal(0x01, In(2));
        Out(1, 0);
        Out(1, 2);
        Assert.Equal(0x02, In(2));
        Assert.Equal(2, _interrupt.Count);
    }

    [Fact]
    public void Write_DataWithTransmitInterrupt_ReportsEmptyAgain()
    {
        Out(1, 2);
        In(2);

        Out(0, 1);

        Assert.Equal(0x02, In(2));
        Assert.Equal(2, _interrupt.Count);
    }

    [Fact]
    public void Loopback_Data_ComesBackAndNotOut()
    {
        Out(4, 0x10);
        Out(0, 0x5a);

        Assert.Equal(0x5a, In(0));
        Assert.Empty(_output.Bytes);
        Assert.Equal(0, _port.Receive([1]));
    }

    [Fact]
    public void Loopback_ModemControl_ComesBackAsStatus()
    {
        // The probe of Linux (autoconfig): MCR = LOOP | OUT2 | RTS must read as DCD | CTS.
        Out(4, 0x1a);
        Assert.Equal(0x90, In(6) & 0xf0);
        Out(4, 0);
        Assert.Equal(0xb0, In(6));
    }

    [Fact]
    public void Probe_FifosAndScratch_LookLikeA16550A()
    {
        Out(2, 1);
        Assert.Equal(0xc1, In(2));
        Out(2, 0);
        Assert.Equal(0x01, In(2));
        Out(7, 0xa5);
        Assert.Equal(0xa5, In(7));
        Out(1, 0xff);
        Assert.Equal(0x0f, In(1));
    }

    [Fact]
    public void DivisorLatch_HidesDataAndInterruptEnable()
    {
        Out(3, 0x83);
        Out(0, 0x34);
        Out(1, 0x12);

        Assert.Equal(0x34, In(0));
        Assert.Equal(0x12, In(1));
        Assert.Empty(_output.Bytes);
        Out(3, 3);
        Assert.Equal(0, In(1));
    }

    [Fact]
    public void Access_WiderThanAByte_IsIgnored()
    {
        _port.Write(0, [1, 2]);
        byte[] data = [0, 0];
        _port.Read(5, data);

        Assert.Empty(_output.Bytes);
        Assert.Equal([0, 0], data);
    }

    [Fact]
    public void State_RoundTrip_KeepsRegistersAndReceivedBytes()
    {
        Out(1, 3);
        Out(3, 0x1b);
        Out(7, 0x77);
        Out(2, 1);
        _port.Receive("xyz"u8);

        SerialState state = StateBytes.RoundTrip(_port.SaveState());
        TestInterrupt interrupt = new();
        Serial16550 restored = Serial16550.Restore(state, new SerialArgs(interrupt, _output));

        restored.Kick();
        Assert.Equal(1, interrupt.Count);
        Assert.Equal(0x1b, In(3, restored));
        Assert.Equal(0x77, In(7, restored));
        Assert.Equal(0xc4, In(2, restored));
        byte[] received = [In(0, restored), In(0, restored), In(0, restored)];
        Assert.Equal("xyz"u8.ToArray(), received);
    }

    [Fact]
    public void Restore_MoreBytesThanTheFifoHolds_IsRefused()
    {
        SerialState state = _port.SaveState() with { Received = new byte[Serial16550.ReceiveFifoBytesMax + 1] };

        SnapshotException refused = Assert.Throws<SnapshotException>(
            () => Serial16550.Restore(state, new SerialArgs(_interrupt, _output)));
        Assert.Equal(SnapshotFault.StateMismatch, refused.Fault);
    }

    [Fact]
    public void Registers_RandomAccesses_NeverThrowAndStayBounded()
    {
        Random random = new(16550);
        byte[] data = new byte[8];
        for (int i = 0; i < 100_000; i++)
        {
            Span<byte> part = data.AsSpan(0, random.Next(1, 9));
            random.NextBytes(part);
            ulong offset = (ulong)random.Next(0, 10);
            if (random.Next(2) == 0)
            {
                _port.Write(offset, part);
            }
            else
            {
                _port.Read(offset, part);
            }
            _port.Receive(part);
        }

        Assert.InRange(_port.ReceiveRoom, 0, Serial16550.ReceiveFifoBytesMax);
    }

    private void Out(ulong register, byte value) => _port.Write(register, [value]);

    private byte In(ulong register, Serial16550? port = null)
    {
        byte[] data = new byte[1];
        (port ?? _port).Read(register, data);
        return data[0];
    }

    private sealed class RecordingOutput : ISerialOutput
    {
        internal List<byte> Bytes { get; } = [];

        public void Write(ReadOnlySpan<byte> bytes) => Bytes.AddRange(bytes);
    }
}
