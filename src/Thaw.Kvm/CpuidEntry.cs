namespace Thaw.Kvm;

/// <summary>One leaf of CPUID as the guest sees it (struct kvm_cpuid_entry2).</summary>
/// <param name="Function">EAX in.</param>
/// <param name="Index">ECX in; counts only with flag 1 (significant index).</param>
/// <param name="Flags">KVM_CPUID_FLAG_*.</param>
/// <param name="Eax">EAX out.</param>
/// <param name="Ebx">EBX out.</param>
/// <param name="Ecx">ECX out.</param>
/// <param name="Edx">EDX out.</param>
public readonly record struct CpuidEntry(
    uint Function, uint Index, uint Flags, uint Eax, uint Ebx, uint Ecx, uint Edx);
