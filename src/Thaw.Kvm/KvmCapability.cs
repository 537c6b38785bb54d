using Thaw.Linux.Uapi;

namespace Thaw.Kvm;

/// <summary>Extensions of KVM that Thaw asks for (KVM_CAP_*).</summary>
public enum KvmCapability
{
    /// <summary>In-kernel interrupt controllers.</summary>
    Irqchip = (int)KvmH.KVM_CAP_IRQCHIP,

    /// <summary>KVM_SET_USER_MEMORY_REGION.</summary>
    UserMemory = (int)KvmH.KVM_CAP_USER_MEMORY,

    /// <summary>KVM_CREATE_PIT2.</summary>
    Pit2 = (int)KvmH.KVM_CAP_PIT2,

    /// <summary>KVM_IRQFD.</summary>
    IrqFd = (int)KvmH.KVM_CAP_IRQFD,

    /// <summary>KVM_IOEVENTFD.</summary>
    IoEventFd = (int)KvmH.KVM_CAP_IOEVENTFD,

    /// <summary>KVM_GET_CLOCK and KVM_SET_CLOCK.</summary>
    AdjustClock = (int)KvmH.KVM_CAP_ADJUST_CLOCK,

    /// <summary>KVM_GET_XSAVE.</summary>
    Xsave = (int)KvmH.KVM_CAP_XSAVE,

    /// <summary>KVM_GET_XSAVE2; its value is the buffer's size in bytes.</summary>
    Xsave2 = (int)KvmH.KVM_CAP_XSAVE2,

    /// <summary>kvm_run.immediate_exit.</summary>
    ImmediateExit = (int)KvmH.KVM_CAP_IMMEDIATE_EXIT,

    /// <summary>TSC-deadline mode of the in-kernel local APIC.</summary>
    TscDeadlineTimer = (int)KvmH.KVM_CAP_TSC_DEADLINE_TIMER,

    /// <summary>KVM_KVMCLOCK_CTRL.</summary>
    KvmclockCtrl = (int)KvmH.KVM_CAP_KVMCLOCK_CTRL,

    /// <summary>Read-only memory slots.</summary>
    ReadOnlyMemory = (int)KvmH.KVM_CAP_READONLY_MEM,

    /// <summary>KVM_PRE_FAULT_MEMORY.</summary>
    PreFaultMemory = (int)KvmH.KVM_CAP_PRE_FAULT_MEMORY,
}
