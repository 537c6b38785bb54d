using System.Runtime.CompilerServices;
using Thaw.Linux.Uapi;

namespace Thaw.Linux.Tests.Uapi;

public sealed class RequestSizeTests
{
    // An ioctl request number carries its argument's size in bits 16 to 29, so that a wrong struct shows without a
    // compiler.
    public static TheoryData<string, uint, int> Requests => new()
    {
        { "KVM_GET_MSR_INDEX_LIST", KvmH.KVM_GET_MSR_INDEX_LIST, Unsafe.SizeOf<kvm_msr_list>() },
        { "KVM_GET_SUPPORTED_CPUID", KvmH.KVM_GET_SUPPORTED_CPUID, Unsafe.SizeOf<kvm_cpuid2>() },
        { "KVM_SET_CPUID2", KvmH.KVM_SET_CPUID2, Unsafe.SizeOf<kvm_cpuid2>() },
        { "KVM_GET_IRQCHIP", KvmH.KVM_GET_IRQCHIP, Unsafe.SizeOf<kvm_irqchip>() },
        { "KVM_CREATE_PIT2", KvmH.KVM_CREATE_PIT2, Unsafe.SizeOf<kvm_pit_config>() },
        { "KVM_GET_PIT2", KvmH.KVM_GET_PIT2, Unsafe.SizeOf<kvm_pit_state2>() },
        { "KVM_GET_CLOCK", KvmH.KVM_GET_CLOCK, Unsafe.SizeOf<kvm_clock_data>() },
        {
            "KVM_SET_USER_MEMORY_REGION",
            KvmH.KVM_SET_USER_MEMORY_REGION,
            Unsafe.SizeOf<kvm_userspace_memory_region>()
        },
        { "KVM_GET_DIRTY_LOG", KvmH.KVM_GET_DIRTY_LOG, Unsafe.SizeOf<kvm_dirty_log>() },
        { "KVM_CLEAR_DIRTY_LOG", KvmH.KVM_CLEAR_DIRTY_LOG, Unsafe.SizeOf<kvm_clear_dirty_log>() },
        { "KVM_IRQFD", KvmH.KVM_IRQFD, Unsafe.SizeOf<kvm_irqfd>() },
        { "KVM_IOEVENTFD", KvmH.KVM_IOEVENTFD, Unsafe.SizeOf<kvm_ioeventfd>() },
        { "KVM_IRQ_LINE", KvmH.KVM_IRQ_LINE, Unsafe.SizeOf<kvm_irq_level>() },
        { "KVM_SET_GSI_ROUTING", KvmH.KVM_SET_GSI_ROUTING, Unsafe.SizeOf<kvm_irq_routing>() },
        { "KVM_SIGNAL_MSI", KvmH.KVM_SIGNAL_MSI, Unsafe.SizeOf<kvm_msi>() },
        { "KVM_ENABLE_CAP", KvmH.KVM_ENABLE_CAP, Unsafe.SizeOf<kvm_enable_cap>() },
        { "KVM_GET_REGS", KvmH.KVM_GET_REGS, Unsafe.SizeOf<kvm_regs>() },
        { "KVM_SET_SREGS", KvmH.KVM_SET_SREGS, Unsafe.SizeOf<kvm_sregs>() },
        { "KVM_GET_SREGS2", KvmH.KVM_GET_SREGS2, Unsafe.SizeOf<kvm_sregs2>() },
        { "KVM_GET_FPU", KvmH.KVM_GET_FPU, Unsafe.SizeOf<kvm_fpu>() },
        { "KVM_SET_XSAVE", KvmH.KVM_SET_XSAVE, Unsafe.SizeOf<kvm_xsave>() },
        { "KVM_GET_XCRS", KvmH.KVM_GET_XCRS, Unsafe.SizeOf<kvm_xcrs>() },
        { "KVM_GET_LAPIC", KvmH.KVM_GET_LAPIC, Unsafe.SizeOf<kvm_lapic_state>() },
        { "KVM_GET_MP_STATE", KvmH.KVM_GET_MP_STATE, Unsafe.SizeOf<kvm_mp_state>() },
        { "KVM_GET_VCPU_EVENTS", KvmH.KVM_GET_VCPU_EVENTS, Unsafe.SizeOf<kvm_vcpu_events>() },
        { "KVM_GET_DEBUGREGS", KvmH.KVM_GET_DEBUGREGS, Unsafe.SizeOf<kvm_debugregs>() },
        { "KVM_GET_MSRS", KvmH.KVM_GET_MSRS, Unsafe.SizeOf<kvm_msrs>() },
        { "KVM_INTERRUPT", KvmH.KVM_INTERRUPT, Unsafe.SizeOf<kvm_interrupt>() },
        { "KVM_SET_SIGNAL_MASK", KvmH.KVM_SET_SIGNAL_MASK, Unsafe.SizeOf<kvm_signal_mask>() },
        { "KVM_SET_DEVICE_ATTR", KvmH.KVM_SET_DEVICE_ATTR, Unsafe.SizeOf<kvm_device_attr>() },
        { "KVM_TRANSLATE", KvmH.KVM_TRANSLATE, Unsafe.SizeOf<kvm_translation>() },
        { "KVM_SET_GUEST_DEBUG", KvmH.KVM_SET_GUEST_DEBUG, Unsafe.SizeOf<kvm_guest_debug>() },
        { "KVM_PRE_FAULT_MEMORY", KvmH.KVM_PRE_FAULT_MEMORY, Unsafe.SizeOf<kvm_pre_fault_memory>() },
        { "UFFDIO_API", UserfaultfdH.UFFDIO_API, Unsafe.SizeOf<uffdio_api>() },
        { "UFFDIO_REGISTER", UserfaultfdH.UFFDIO_REGISTER, Unsafe.SizeOf<uffdio_register>() },
        { "UFFDIO_WAKE", UserfaultfdH.UFFDIO_WAKE, Unsafe.SizeOf<uffdio_range>() },
        { "UFFDIO_COPY", UserfaultfdH.UFFDIO_COPY, Unsafe.SizeOf<uffdio_copy>() },
        { "UFFDIO_ZEROPAGE", UserfaultfdH.UFFDIO_ZEROPAGE, Unsafe.SizeOf<uffdio_zeropage>() },
        { "UFFDIO_WRITEPROTECT", UserfaultfdH.UFFDIO_WRITEPROTECT, Unsafe.SizeOf<uffdio_writeprotect>() },
        { "UFFDIO_CONTINUE", UserfaultfdH.UFFDIO_CONTINUE, Unsafe.SizeOf<uffdio_continue>() },
        { "RNDADDENTROPY", RandomH.RNDADDENTROPY, Unsafe.SizeOf<rand_pool_info>() },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public void Request_CarriesSizeOfItsStruct(string name, uint request, int structSize) =>
        Assert.True(
            (int)((request >> 16) & 0x3fff) == structSize, $"{name} {request:x} is not for {structSize} bytes.");

    // KVM maps kvm_run as the kernel lays it out; these offsets have been ABI since 2007.
    [Fact]
    public void KvmRun_ExitReasonAndUnion_AreWhereTheKernelPutsThem()
    {
        kvm_run run = default;
        Assert.Equal(8, OffsetOf(ref run, ref run.exit_reason));
        Assert.Equal(32, OffsetOf(ref run, ref run.mmio_phys_addr));
        Assert.Equal(40, OffsetOf(ref run, ref run.io_data_offset));
    }

    private static long OffsetOf<TStruct, TField>(ref TStruct start, ref TField field)
        where TStruct : struct
        where TField : struct =>
        Unsafe.ByteOffset(ref Unsafe.As<TStruct, byte>(ref start), ref Unsafe.As<TField, byte>(ref field));
}
