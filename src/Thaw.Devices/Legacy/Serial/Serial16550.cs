using Thaw.Snapshot;

namespace Thaw.Devices.Legacy;

/// <summary>A 16550A serial port (NS16550AF data sheet): eight byte-wide registers.</summary>
/// <remarks>
/// Transmission takes no time: the holding register is always empty. The lock guards the registers and the receive
/// FIFO; the output is called outside it, so that bytes of several vCPUs may interleave but nobody waits for the host.
/// </remarks>
public sealed class Serial16550 : IBusDevice, ISnapshotable<Serial16550, SerialState, SerialArgs>
{
    /// <summary>First port of COM1.</summary>
    public const ulong Com1Port = 0x3f8;

    /// <summary>Interrupt of COM1.</summary>
    public const int Com1Irq = 4;

    /// <summary>Number of ports.</summary>
    public const ulong PortCount = 8;

    /// <summary>Bytes that wait for the guest, at most; a real 16550 has 16.</summary>
    public const int ReceiveFifoBytesMax = 64;

    private const ulong Data = 0, InterruptEnable = 1, InterruptIdentity = 2, LineControl = 3;
    private const ulong ModemControl = 4, LineStatus = 5, ModemStatus = 6, Scratch = 7;

    private const byte EnableReceived = 0x01, EnableTransmitEmpty = 0x02, EnableBits = 0x0f;
    private const byte IdentityNone = 0x01, IdentityTransmitEmpty = 0x02, IdentityReceived = 0x04;
    private const byte IdentityFifos = 0xc0, FifoEnable = 0x01, FifoClearReceive = 0x02;
    private const byte DivisorAccess = 0x80;
    private const byte ModemControlBits = 0x1f, ModemLoop = 0x10;
    private const byte StatusDataReady = 0x01, StatusTransmitterIdle = 0x60;
    private const byte ModemConnected = 0xb0; // DCD, DSR, CTS

    private readonly IInterruptLine _line;
    private readonly ISerialOutput _output;
    private readonly Lock _lock = new(); // Guards all fields below; a leaf.
    private readonly Queue<byte> _received = new(ReceiveFifoBytesMax);
    private ushort _divisor = 12; // 9600 baud
    private byte _interruptEnable;
    private byte _fifoControl;
    private byte _lineControl = 3; // 8n1
    private byte _modemControl = 8; // OUT2: the interrupt reaches the controller
    private byte _scratch;
    private bool _isTransmitEmptyPending;

    /// <summary>A port as after power-on.</summary>
    public Serial16550(IInterruptLine line, ISerialOutput output)
    {
        _line = line;
        _output = output;
    }

    /// <summary>What it counted.</summary>
    public SerialMetrics Metrics { get; } = new();

    /// <summary>Room in the receive FIFO.</summary>
    public int ReceiveRoom
    {
        get
        {
            lock (_lock)
            {
                return ReceiveFifoBytesMax - _received.Count;
            }
        }
    }

    /// <summary>Gives bytes to the guest as far as the FIFO has room. Any thread.</summary>
    /// <returns>How many it took.</returns>
    public int Receive(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            // A port in loopback does not listen to the outside.
            int count = (_modemControl & ModemLoop) != 0
                ? 0
                : Math.Min(bytes.Length, ReceiveFifoBytesMax - _received.Count);
            foreach (byte value in bytes[..count])
            {
                _received.Enqueue(value);
            }
            Metrics.OverrunBytes.Add(bytes.Length - count);
            if (count > 0)
            {
                RaiseIfLocked(EnableReceived);
            }
            return count;
        }
    }

    /// <inheritdoc/>
    public void Read(ulong offset, Span<byte> data)
    {
        if (data.Length == 1)
        {
            lock (_lock)
            {
                data[0] = ReadLocked(offset);
            }
        }
    }

    /// <inheritdoc/>
    public void Write(ulong offset, ReadOnlySpan<byte> data)
    {
        if (data.Length != 1)
        {
            return;
        }
        bool isSent;
        lock (_lock)
        {
            isSent = WriteLocked(offset, data[0]);
        }
        if (isSent)
        {
            Metrics.SentBytes.Increment();
            _output.Write(data);
        }
    }

    /// <summary>The state to save.</summary>
    public SerialState SaveState()
    {
        lock (_lock)
        {
            return new SerialState
            {
                Divisor = _divisor,
                InterruptEnable = _interruptEnable,
                FifoControl = _fifoControl,
                LineControl = _lineControl,
                ModemControl = _modemControl,
                Scratch = _scratch,
                IsTransmitEmptyPending = _isTransmitEmptyPending,
                Received = _received.ToArray(),
            };
        }
    }

    /// <summary>A port in a saved state.</summary>
    /// <exception cref="SnapshotException">More bytes wait than the FIFO holds.</exception>
    public static Serial16550 Restore(in SerialState state, SerialArgs args)
    {
        if (state.Received.Length > ReceiveFifoBytesMax)
        {
            string reason = $"{state.Received.Length} received bytes wait, at most {ReceiveFifoBytesMax} can";
            throw StateRefusal.Create("the serial port", reason);
        }
        Serial16550 port = new(args.Line, args.Output)
        {
            _divisor = state.Divisor,
            _interruptEnable = (byte)(state.InterruptEnable & EnableBits),
            _fifoControl = (byte)(state.FifoControl & FifoEnable),
            _lineControl = state.LineControl,
            _modemControl = (byte)(state.ModemControl & ModemControlBits),
            _scratch = state.Scratch,
            _isTransmitEmptyPending = state.IsTransmitEmptyPending,
        };
        foreach (byte value in state.Received.Span)
        {
            port._received.Enqueue(value);
        }
        return port;
    }

    /// <summary>
    /// Repeats an interrupt that may have been under way when the state was saved; harmless otherwise.
    /// </summary>
    public void Kick()
    {
        lock (_lock)
        {
            if ((IdentityLocked() & IdentityNone) == 0)
            {
                RaiseIfLocked(EnableBits);
            }
        }
    }

    private byte ReadLocked(ulong offset)
    {
        bool isDivisor = (_lineControl & DivisorAccess) != 0;
        switch (offset)
        {
            case Data when isDivisor:
                return (byte)_divisor;
            case Data:
                if (!_received.TryDequeue(out byte value))
                {
                    return 0;
                }
                Metrics.ReceivedBytes.Increment();
                return value;
            case InterruptEnable:
                return isDivisor ? (byte)(_divisor >> 8) : _interruptEnable;
            case InterruptIdentity:
                byte identity = IdentityLocked();
                if (identity == IdentityTransmitEmpty)
                {
                    _isTransmitEmptyPending = false;
                }
                return (byte)(identity | ((_fifoControl & FifoEnable) != 0 ? IdentityFifos : 0));
            case LineControl:
                return _lineControl;
            case ModemControl:
                return _modemControl;
            case LineStatus:
                return (byte)(StatusTransmitterIdle | (_received.Count > 0 ? StatusDataReady : 0));
            case ModemStatus:
                return ModemStatusLocked();
            case Scratch:
                return _scratch;
            default:
                return 0;
        }
    }

    /// <summary>Writes a register; true when the byte goes to the outside.</summary>
    private bool WriteLocked(ulong offset, byte value)
    {
        bool isDivisor = (_lineControl & DivisorAccess) != 0;
        switch (offset)
        {
            case Data when isDivisor:
                _divisor = (ushort)((_divisor & 0xff00) | value);
                return false;
            case Data:
                return TransmitLocked(value);
            case InterruptEnable when isDivisor:
                _divisor = (ushort)((_divisor & 0x00ff) | (value << 8));
                return false;
            case InterruptEnable:
                EnableInterruptsLocked((byte)(value & EnableBits));
                return false;
            case InterruptIdentity: // FIFO control when written
                if ((value & FifoClearReceive) != 0)
                {
                    _received.Clear();
                }
                _fifoControl = (byte)(value & FifoEnable);
                return false;
            case LineControl:
                _lineControl = value;
                return false;
            case ModemControl:
                _modemControl = (byte)(value & ModemControlBits);
                return false;
            case Scratch:
                _scratch = value;
                return false;
            default:
                return false;
        }
    }

    private bool TransmitLocked(byte value)
    {
        bool isLoop = (_modemControl & ModemLoop) != 0;
        if (isLoop && _received.Count < ReceiveFifoBytesMax)
        {
            _received.Enqueue(value);
            RaiseIfLocked(EnableReceived);
        }
        _isTransmitEmptyPending = true;
        RaiseIfLocked(EnableTransmitEmpty);
        return !isLoop;
    }

    private void EnableInterruptsLocked(byte enabled)
    {
        byte added = (byte)(enabled & ~_interruptEnable);
        _interruptEnable = enabled;
        if ((added & EnableTransmitEmpty) != 0)
        {
            // Enabling it while the register is empty reports at once; drivers start transmission with that.
            _isTransmitEmptyPending = true;
            RaiseIfLocked(EnableTransmitEmpty);
        }
        if ((added & EnableReceived) != 0 && _received.Count > 0)
        {
            RaiseIfLocked(EnableReceived);
        }
    }

    private byte IdentityLocked()
    {
        if (_received.Count > 0 && (_interruptEnable & EnableReceived) != 0)
        {
            return IdentityReceived;
        }
        return _isTransmitEmptyPending && (_interruptEnable & EnableTransmitEmpty) != 0
            ? IdentityTransmitEmpty
            : IdentityNone;
    }

    private byte ModemStatusLocked()
    {
        if ((_modemControl & ModemLoop) == 0)
        {
            return ModemConnected;
        }
        // In loopback DTR, RTS, OUT1 and OUT2 come back as DSR, CTS, RI and DCD.
        int control = _modemControl;
        return (byte)(((control & 0x01) << 5) | ((control & 0x02) << 3) | ((control & 0x0c) << 4));
    }

    private void RaiseIfLocked(byte source)
    {
        if ((_interruptEnable & source) != 0)
        {
            Metrics.Interrupts.Increment();
            _line.Raise();
        }
    }
}
