namespace Thaw.Devices.Legacy;

/// <summary>What a serial port counted.</summary>
public sealed class SerialMetrics
{
    /// <summary>Bytes that the guest sent.</summary>
    public Counter SentBytes { get; } = new();

    /// <summary>Bytes that the guest received.</summary>
    public Counter ReceivedBytes { get; } = new();

    /// <summary>Bytes from the host that found the receive FIFO full.</summary>
    public Counter OverrunBytes { get; } = new();

    /// <summary>Interrupts raised.</summary>
    public Counter Interrupts { get; } = new();
}
