namespace Thaw.Vmm.Acpi;

/// <summary>What the tables tell the guest.</summary>
internal sealed record AcpiDescription
{
    /// <summary>Offset of the sleep control register from the power port.</summary>
    internal const ushort SleepControlRegister = 0;

    /// <summary>Offset of the sleep status register from the power port.</summary>
    internal const ushort SleepStatusRegister = 1;

    /// <summary>Offset of the reset register from the power port.</summary>
    internal const ushort ResetRegister = 2;

    /// <summary>What the guest writes to the reset register.</summary>
    internal const byte ResetValue = 1;

    /// <summary>SLP_TYP of the soft-off state, as \_S5 says.</summary>
    internal const byte SoftOffSleepType = 5;

    /// <summary>How many vCPUs, with APIC ids from 0.</summary>
    internal required int VcpuCount { get; init; }

    /// <summary>Address of the local APICs.</summary>
    internal required uint LocalApic { get; init; }

    /// <summary>Address of the IOAPIC.</summary>
    internal required uint IoApic { get; init; }

    /// <summary>First of the three I/O ports for sleep and reset.</summary>
    internal required ushort PowerPort { get; init; }

    /// <summary>I/O port of COM1, with its interrupt.</summary>
    internal required (ushort Port, uint Gsi) Serial { get; init; }

    /// <summary>Interrupt of the generic event device.</summary>
    internal required uint GenericEventGsi { get; init; }

    /// <summary>Address of the VM generation ID.</summary>
    internal required ulong VmGenId { get; init; }

    /// <summary>Windows and interrupts of the virtio-mmio devices.</summary>
    internal required IReadOnlyList<(ulong Address, uint LengthBytes, uint Gsi)> VirtioMmio { get; init; }
}
