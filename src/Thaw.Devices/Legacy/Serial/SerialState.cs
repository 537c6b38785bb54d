using Thaw.Snapshot;

namespace Thaw.Devices.Legacy;

/// <summary>Saved state of a <see cref="Serial16550"/>.</summary>
public sealed record SerialState : ISnapshotState<SerialState>
{
    /// <summary>Divisor latch.</summary>
    public required ushort Divisor { get; init; }

    /// <summary>Interrupt enable register.</summary>
    public required byte InterruptEnable { get; init; }

    /// <summary>FIFO control register: bit 0, FIFOs enabled.</summary>
    public required byte FifoControl { get; init; }

    /// <summary>Line control register.</summary>
    public required byte LineControl { get; init; }

    /// <summary>Modem control register.</summary>
    public required byte ModemControl { get; init; }

    /// <summary>Scratch register.</summary>
    public required byte Scratch { get; init; }

    /// <summary>Whether "transmitter empty" waits to be reported.</summary>
    public required bool IsTransmitEmptyPending { get; init; }

    /// <summary>Received bytes that the guest has not read.</summary>
    public required ReadOnlyMemory<byte> Received { get; init; }

    /// <inheritdoc/>
    public static ushort StateVersion => 1;

    /// <inheritdoc/>
    public void Encode(StateWriter writer)
    {
        writer.U16(Divisor);
        writer.U8(InterruptEnable);
        writer.U8(FifoControl);
        writer.U8(LineControl);
        writer.U8(ModemControl);
        writer.U8(Scratch);
        writer.Bool(IsTransmitEmptyPending);
        writer.Bytes(Received.Span);
    }

    /// <inheritdoc/>
    public static SerialState Decode(StateReader reader, ushort version) => new()
    {
        Divisor = reader.U16(),
        InterruptEnable = reader.U8(),
        FifoControl = reader.U8(),
        LineControl = reader.U8(),
        ModemControl = reader.U8(),
        Scratch = reader.U8(),
        IsTransmitEmptyPending = reader.Bool(),
        Received = reader.Bytes(Serial16550.ReceiveFifoBytesMax),
    };
}
