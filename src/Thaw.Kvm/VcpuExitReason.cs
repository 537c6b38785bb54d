using Thaw.Linux.Uapi;

namespace Thaw.Kvm;

/// <summary>Why KVM_RUN returned (KVM_EXIT_*).</summary>
public enum VcpuExitReason
{
    /// <summary>A signal or immediate_exit ended the run.</summary>
    Interrupted = -1,

    /// <summary>A reason that KVM could not name.</summary>
    Unknown = (int)KvmH.KVM_EXIT_UNKNOWN,

    /// <summary>The guest accessed an I/O port.</summary>
    PortIo = (int)KvmH.KVM_EXIT_IO,

    /// <summary>The guest halted (only without in-kernel local APIC).</summary>
    Halt = (int)KvmH.KVM_EXIT_HLT,

    /// <summary>The guest accessed an address without memory.</summary>
    Mmio = (int)KvmH.KVM_EXIT_MMIO,

    /// <summary>Triple fault.</summary>
    Shutdown = (int)KvmH.KVM_EXIT_SHUTDOWN,

    /// <summary>The CPU refused the guest's state.</summary>
    FailEntry = (int)KvmH.KVM_EXIT_FAIL_ENTRY,

    /// <summary>KVM could not emulate an instruction, or another internal error.</summary>
    InternalError = (int)KvmH.KVM_EXIT_INTERNAL_ERROR,

    /// <summary>Shutdown, reset or crash by a paravirtual interface.</summary>
    SystemEvent = (int)KvmH.KVM_EXIT_SYSTEM_EVENT,
}
