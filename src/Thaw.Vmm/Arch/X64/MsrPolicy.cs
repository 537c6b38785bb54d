using Thaw.Kvm;

namespace Thaw.Vmm.Arch.X64;

/// <summary>Which MSRs a booting vCPU gets, and which are a vCPU's state and in what order.</summary>
internal static class MsrPolicy
{
    private const uint Tsc = 0x10;
    private const uint TscAdjust = 0x3b;
    private const uint TscDeadline = 0x6e0;

    /// <summary>Read-only facts about the host, not state of the guest.</summary>
    private static readonly uint[] s_hostFacts =
    [
        0x8b, // IA32_UCODE_REV
        0xce, // MSR_PLATFORM_INFO
        0x10a, // IA32_ARCH_CAPABILITIES
        0x345, // IA32_PERF_CAPABILITIES
    ];

    /// <summary>Memory types (MTRRs): state of the guest that KVM keeps and leaves out of its list.</summary>
    private static readonly uint[] s_memoryTypes =
    [
        .. Enumerable.Range(0x200, 16).Select(index => (uint)index), // IA32_MTRR_PHYSBASE0 to PHYSMASK7
        0x250, // IA32_MTRR_FIX64K_00000
        0x258, 0x259, // IA32_MTRR_FIX16K_*
        .. Enumerable.Range(0x268, 8).Select(index => (uint)index), // IA32_MTRR_FIX4K_*
        0x2ff, // IA32_MTRR_DEF_TYPE
    ];

    /// <summary>State at boot that differs from KVM's own reset state.</summary>
    internal static MsrEntry[] Boot { get; } =
    [
        new(0x1a0, 1), // IA32_MISC_ENABLE: fast strings
        new(0x2ff, 0x806), // IA32_MTRR_DEF_TYPE: enabled, write-back
    ];

    /// <summary>
    /// The state's MSRs in the order in which to restore them: TSC_ADJUST and the TSC first, since timers count from
    /// it, and the TSC deadline last, since it is compared with the TSC.
    /// </summary>
    internal static uint[] StateOf(ReadOnlySpan<uint> hostList)
    {
        List<uint> indices = [TscAdjust, Tsc];
        foreach (uint index in s_memoryTypes.Concat(hostList.ToArray()).Distinct())
        {
            bool isPerformanceCounter = index is >= 0xc1 and <= 0xc8 or >= 0x186 and <= 0x18d or >= 0x309 and <= 0x30b
                or 0x38d or 0x38e or 0x38f or 0x390
                or >= 0xc001_0000 and <= 0xc001_0007 or >= 0xc001_0200 and <= 0xc001_020b
                or >= 0xc000_0300 and <= 0xc000_0303;
            if (index is not (Tsc or TscAdjust or TscDeadline) && !isPerformanceCounter && !s_hostFacts.Contains(index))
            {
                indices.Add(index);
            }
        }
        indices.Add(TscDeadline);
        return [.. indices];
    }
}
