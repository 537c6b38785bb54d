namespace Thaw.Devices.Legacy;

/// <summary>As much of a keyboard controller as a PC needs for a reset, and no keyboard.</summary>
/// <remarks>
/// The status register always says "output full, input empty". A driver's probe gives up after it failed to drain the
/// output (Linux: 16 reads, "No controller found"), and a reset, which waits for the input to be empty, need not wait.
/// Stateless.
/// </remarks>
public sealed class I8042 : IBusDevice
{
    /// <summary>First port.</summary>
    public const ulong BasePort = 0x60;

    /// <summary>Number of ports: 0x60 to 0x64.</summary>
    public const ulong PortCount = 5;

    private const ulong CommandOffset = 4;
    private const byte PulseResetLine = 0xfe;
    private const byte StatusOutputFull = 0x01;

    private readonly Action _onReset;

    /// <summary>Creates one.</summary>
    /// <param name="onReset">Called on a vCPU thread when the guest pulses the reset line; may be called again.</param>
    public I8042(Action onReset) => _onReset = onReset;

    /// <summary>Resets asked for.</summary>
    public Counter Resets { get; } = new();

    /// <inheritdoc/>
    public void Read(ulong offset, Span<byte> data)
    {
        if (offset == CommandOffset && data.Length == 1)
        {
            data[0] = StatusOutputFull;
        }
    }

    /// <inheritdoc/>
    public void Write(ulong offset, ReadOnlySpan<byte> data)
    {
        if (offset == CommandOffset && data is [PulseResetLine])
        {
            Resets.Increment();
            _onReset();
        }
    }
}
