namespace Thaw.Devices.Legacy;

/// <summary>Saved state of a <see cref="Serial16550"/>.</summary>
public sealed record SerialState
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
}
