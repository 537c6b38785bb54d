using Thaw.Core;
using Thaw.Memory;

namespace Thaw.Vmm.Arch.X64;

/// <summary>Guest physical addresses and interrupts of a microVM. Snapshots depend on them.</summary>
internal static class X64Layout
{
    /// <summary>GDT of the first instructions; the kernel brings its own.</summary>
    internal const ulong Gdt = 0x500;

    /// <summary>IDT of the first instructions: empty.</summary>
    internal const ulong Idt = 0x520;

    /// <summary>struct boot_params, a page.</summary>
    internal const ulong BootParams = 0x7000;

    /// <summary>Stack top of the first instructions.</summary>
    internal const ulong BootStack = 0x8ff0;

    /// <summary>First of three pages of page tables that map the first GiB onto itself.</summary>
    internal const ulong PageTables = 0x9000;

    /// <summary>The kernel's command line.</summary>
    internal const ulong CommandLine = 0x2_0000;

    /// <summary>Bytes of the command line with its final zero (COMMAND_LINE_SIZE of x86).</summary>
    internal const int CommandLineBytesMax = 2048;

    /// <summary>End of conventional memory: from here to 1 MiB nothing is given to the kernel as RAM.</summary>
    internal const ulong LowMemoryEnd = 0x9_fc00;

    /// <summary>The ACPI root pointer: on a 16-byte border where the kernel may also search for it.</summary>
    internal const ulong Rsdp = 0xe_0000;

    /// <summary>The other ACPI tables.</summary>
    internal const ulong AcpiTables = 0xe_0040;

    /// <summary>End of the room for ACPI tables.</summary>
    internal const ulong AcpiTablesEnd = 0xe_f000;

    /// <summary>The VMGENID page: RAM that no e820 entry gives to the kernel (requirement R1d).</summary>
    internal const ulong VmGenId = 0xf_0000;

    /// <summary>The VMClock page, which no e820 entry gives to the kernel either.</summary>
    internal const ulong VmClock = 0xf_1000;

    /// <summary>First address of extended memory, where kernels are loaded.</summary>
    internal const ulong HighMemory = 0x10_0000;

    /// <summary>Start of the hole below 4 GiB that holds devices.</summary>
    internal const ulong MmioHole = DeviceHole.Start;

    /// <summary>Window of the first virtio-mmio device.</summary>
    internal const ulong VirtioMmio = 0xc000_1000;

    /// <summary>Bytes of one virtio-mmio window.</summary>
    internal const ulong VirtioMmioBytes = 0x1000;

    /// <summary>The IOAPIC, where KVM has it.</summary>
    internal const uint IoApic = 0xfec0_0000;

    /// <summary>The local APICs.</summary>
    internal const uint LocalApic = 0xfee0_0000;

    /// <summary>First address behind 32 bits: RAM goes on here.</summary>
    internal const ulong FourGiB = DeviceHole.End;

    /// <summary>Alignment of persistent memory: larger than a memory section of Linux (128 MiB).</summary>
    internal const ulong PmemAlignment = 0x4000_0000;

    /// <summary>COM1.</summary>
    internal const ushort SerialPort = 0x3f8;

    /// <summary>Interrupt of COM1.</summary>
    internal const uint SerialGsi = 4;

    /// <summary>Interrupt of the ACPI generic event device.</summary>
    internal const uint GenericEventGsi = 5;

    /// <summary>First interrupt of a virtio device.</summary>
    internal const uint FirstVirtioGsi = 6;

    /// <summary>Last interrupt of the IOAPIC.</summary>
    internal const uint LastGsi = 23;

    /// <summary>How many virtio devices there is an interrupt for.</summary>
    internal const int VirtioDeviceCountMax = (int)(LastGsi - FirstVirtioGsi + 1);

    /// <summary>I/O ports of ACPI's sleep control, sleep status and reset registers.</summary>
    internal const ushort PowerPort = 0x600;

    /// <summary>The window of virtio device number <paramref name="index"/>.</summary>
    internal static GuestAddress VirtioWindow(int index) =>
        new(VirtioMmio + (ulong)index * VirtioMmioBytes);

    /// <summary>The interrupt of virtio device number <paramref name="index"/>.</summary>
    internal static uint VirtioGsi(int index) => FirstVirtioGsi + (uint)index;
}
