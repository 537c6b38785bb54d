namespace Thaw.Kvm;

/// <summary>All state of a stopped vCPU; KVM's structs as raw kernel-ABI bytes.</summary>
public sealed record VcpuState
{
    /// <summary>CPUID as the guest sees it.</summary>
    public required CpuidEntry[] Cpuid { get; init; }

    /// <summary>struct kvm_mp_state.</summary>
    public required byte[] MpState { get; init; }

    /// <summary>struct kvm_regs.</summary>
    public required byte[] Regs { get; init; }

    /// <summary>struct kvm_sregs.</summary>
    public required byte[] Sregs { get; init; }

    /// <summary>struct kvm_xsave, of the host's size (KVM_CAP_XSAVE2).</summary>
    public required byte[] Xsave { get; init; }

    /// <summary>struct kvm_xcrs.</summary>
    public required byte[] Xcrs { get; init; }

    /// <summary>struct kvm_debugregs.</summary>
    public required byte[] DebugRegs { get; init; }

    /// <summary>struct kvm_lapic_state.</summary>
    public required byte[] Lapic { get; init; }

    /// <summary>struct kvm_vcpu_events.</summary>
    public required byte[] Events { get; init; }

    /// <summary>MSRs, the TSC before, and the TSC deadline after all others.</summary>
    public required MsrEntry[] Msrs { get; init; }

    /// <summary>Frequency of the guest's TSC in kHz; 0 when KVM cannot tell.</summary>
    public required uint TscKhz { get; init; }
}
