using Thaw.Kvm;
using Thaw.Snapshot;
using Thaw.Vmm.Arch.X64;

namespace Thaw.Vmm;

/// <summary>This host's CPU as KVM offers it: read once a process.</summary>
internal sealed class HostCpu
{
    private HostCpu(CpuidEntry[] cpuid, uint[] stateMsrs, bool hasTscDeadline, HostFingerprint fingerprint)
    {
        Cpuid = cpuid;
        StateMsrs = stateMsrs;
        HasTscDeadline = hasTscDeadline;
        Fingerprint = fingerprint;
    }

    /// <summary>Leaves that a guest can have.</summary>
    internal CpuidEntry[] Cpuid { get; }

    /// <summary>MSRs of a vCPU's state, in restore order.</summary>
    internal uint[] StateMsrs { get; }

    /// <summary>Whether the in-kernel local APIC has TSC-deadline mode.</summary>
    internal bool HasTscDeadline { get; }

    /// <summary>What a snapshot of this host says of it.</summary>
    internal HostFingerprint Fingerprint { get; }

    internal static HostCpu Read(KvmSystem kvm)
    {
        CpuidEntry[] cpuid = kvm.SupportedCpuid();
        CpuidHash hash = default;
        foreach (CpuidEntry entry in cpuid)
        {
            AddFeatures(ref hash, entry);
        }
        HostFingerprint fingerprint = new(
            "x86_64",
            CpuidPolicy.Vendor(cpuid),
            cpuid.FirstOrDefault(entry => entry.Function == 1).Eax,
            hash.Value,
            File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
            [new KvmCapabilityValue((uint)KvmCapability.Xsave2, (uint)kvm.Check(KvmCapability.Xsave2))]);
        return new HostCpu(
            cpuid, MsrPolicy.StateOf(kvm.MsrIndexList()), kvm.Check(KvmCapability.TscDeadlineTimer) != 0, fingerprint);
    }

    /// <summary>
    /// Only leaves that say what the CPU can do: others tell which CPU the question was asked on (APIC ids, the current
    /// XSAVE size) and differ between two calls.
    /// </summary>
    private static void AddFeatures(ref CpuidHash hash, CpuidEntry entry)
    {
        switch (entry.Function)
        {
            case 0x1:
                hash.Add(entry.Function, entry.Index, entry.Eax, 0, entry.Ecx, entry.Edx);
                break;
            case 0xd when entry.Index == 0:
                hash.Add(entry.Function, entry.Index, entry.Eax, 0, entry.Ecx, entry.Edx);
                break;
            case 0x7 or 0x4000_0001 or 0x8000_0001 or 0x8000_0007:
                hash.Add(entry.Function, entry.Index, entry.Eax, entry.Ebx, entry.Ecx, entry.Edx);
                break;
            default:
                break;
        }
    }
}
