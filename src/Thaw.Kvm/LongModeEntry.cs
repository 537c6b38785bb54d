namespace Thaw.Kvm;

/// <summary>How a vCPU enters a 64-bit kernel (Documentation/arch/x86/boot.rst, "64-bit boot protocol").</summary>
public sealed record LongModeEntry
{
    /// <summary>First instruction.</summary>
    public required ulong InstructionPointer { get; init; }

    /// <summary>Stack pointer.</summary>
    public required ulong StackPointer { get; init; }

    /// <summary>RSI: address of boot_params.</summary>
    public required ulong BootParams { get; init; }

    /// <summary>Root page table, identity-mapped.</summary>
    public required ulong PageTable { get; init; }

    /// <summary>Address of the global descriptor table.</summary>
    public required ulong GdtAddress { get; init; }

    /// <summary>The table's entries; code at index 1, data at 2, TSS at 3.</summary>
    public required ulong[] Gdt { get; init; }

    /// <summary>Address of an interrupt descriptor table with limit 7.</summary>
    public required ulong IdtAddress { get; init; }
}
