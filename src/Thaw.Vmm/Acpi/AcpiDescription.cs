namespace Thaw.Vmm.Acpi;

/// <summary>What the tables tell the guest.</summary>
internal sealed record AcpiDescription
{
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

    /// <summary>Address of the VMClock page.</summary>
    internal required ulong VmClock { get; init; }

    /// <summary>Windows and interrupts of the virtio-mmio devices.</summary>
    internal required IReadOnlyList<(ulong Address, uint LengthBytes, uint Gsi)> VirtioMmio { get; init; }
}
