namespace Thaw.Kvm;

/// <summary>State of a VM outside its vCPUs and memory, as the kernel's own structs.</summary>
public sealed record VmState
{
    /// <summary>struct kvm_irqchip of the first PIC.</summary>
    public required byte[] PicMaster { get; init; }

    /// <summary>struct kvm_irqchip of the second PIC.</summary>
    public required byte[] PicSlave { get; init; }

    /// <summary>struct kvm_irqchip of the IOAPIC.</summary>
    public required byte[] IoApic { get; init; }

    /// <summary>struct kvm_pit_state2.</summary>
    public required byte[] Pit { get; init; }

    /// <summary>kvmclock in nanoseconds since the guest booted.</summary>
    public required ulong ClockNs { get; init; }
}
