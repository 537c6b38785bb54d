namespace Thaw.Devices.Legacy;

/// <summary>
/// The sleep and reset registers of hardware-reduced ACPI (ACPI 6.5, sections 4.8.3.7 and 4.8.3.6), named by the FADT.
/// </summary>
/// <remarks>Stateless. The callbacks run on a vCPU thread and may be called again.</remarks>
public sealed class AcpiPowerDevice : IBusDevice
{
    /// <summary>Number of registers, one byte each.</summary>
    public const ulong LengthBytes = 3;

    /// <summary>SLEEP_CONTROL_REG, from the start.</summary>
    public const ulong SleepControlOffset = 0;

    /// <summary>SLEEP_STATUS_REG, from the start.</summary>
    public const ulong SleepStatusOffset = 1;

    /// <summary>RESET_REG, from the start.</summary>
    public const ulong ResetOffset = 2;

    /// <summary>SLP_TYP of soft off: what the DSDT's _S5 package has to say.</summary>
    public const byte SoftOffSleepType = 5;

    /// <summary>RESET_VALUE: what to write to the reset register.</summary>
    public const byte ResetValue = 1;

    private const byte SleepEnable = 0x20;
    private const int SleepTypeShift = 2;
    private const int SleepTypeMask = 7;

    private readonly Action _onShutdown;
    private readonly Action _onReset;

    /// <summary>Creates one.</summary>
    /// <param name="onShutdown">The guest turned itself off.</param>
    /// <param name="onReset">The guest asked for a reset.</param>
    public AcpiPowerDevice(Action onShutdown, Action onReset)
    {
        _onShutdown = onShutdown;
        _onReset = onReset;
    }

    /// <inheritdoc/>
    /// <remarks>All registers read as zero: awake, nothing pending.</remarks>
    public void Read(ulong offset, Span<byte> data)
    {
    }

    /// <inheritdoc/>
    public void Write(ulong offset, ReadOnlySpan<byte> data)
    {
        if (data.Length != 1)
        {
            return;
        }
        byte value = data[0];
        if (offset == SleepControlOffset && (value & SleepEnable) != 0
            && ((value >> SleepTypeShift) & SleepTypeMask) == SoftOffSleepType)
        {
            _onShutdown();
        }
        else if (offset == ResetOffset && value == ResetValue)
        {
            _onReset();
        }
    }
}
