using System.Numerics;
using Thaw.Kvm;

namespace Thaw.Vmm.Arch.X64;

/// <summary>Which of the host's CPUID leaves a vCPU sees, and with what topology.</summary>
/// <remarks>
/// The host's CPU shows through: a snapshot is for hosts of its kind, and refused elsewhere. Nested virtualisation and
/// performance counters are hidden: their state is not in a snapshot. Asynchronous page faults are off: a clone stopped
/// in one would wait for a wake-up that went to another.
/// </remarks>
internal static class CpuidPolicy
{
    private const uint SignificantIndex = 1;

    /// <summary>Leaves for vCPU <paramref name="id"/> of <paramref name="count"/>.</summary>
    internal static CpuidEntry[] For(IReadOnlyList<CpuidEntry> supported, uint id, uint count, bool tscDeadline)
    {
        List<CpuidEntry> entries = new(supported.Count);
        foreach (CpuidEntry entry in supported)
        {
            CpuidEntry? kept = entry.Function switch
            {
                0x1 => Features(entry, id, count, tscDeadline),
                0x4 or 0x8000_001d => Cache(entry, count),
                0xa or 0x8000_000a or 0x8000_0022 => entry with { Eax = 0, Ebx = 0, Ecx = 0, Edx = 0 },
                0xb or 0x1f => null,
                0x4000_0001 => Paravirtual(entry),
                0x8000_0001 => ExtendedFeatures(entry),
                0x8000_0008 => CoreCount(entry, count),
                0x8000_001e => entry with { Eax = id, Ebx = id, Ecx = 0 },
                _ => entry,
            };
            if (kept is CpuidEntry value)
            {
                entries.Add(value);
            }
        }
        if (supported.Any(entry => entry.Function == 0xb))
        {
            entries.AddRange(Topology(id, count));
        }
        return [.. entries];
    }

    /// <summary>The vendor's name from leaf 0: "GenuineIntel", "AuthenticAMD".</summary>
    internal static string Vendor(IReadOnlyList<CpuidEntry> supported)
    {
        CpuidEntry leaf = supported.FirstOrDefault(entry => entry.Function == 0);
        Span<char> name = stackalloc char[12];
        ReadOnlySpan<uint> words = stackalloc uint[3] { leaf.Ebx, leaf.Edx, leaf.Ecx };
        for (int i = 0; i < name.Length; i++)
        {
            name[i] = (char)((words[i / 4] >> (8 * (i % 4))) & 0x7f);
        }
        return new string(name);
    }

    private static CpuidEntry Features(CpuidEntry entry, uint id, uint count, bool tscDeadline)
    {
        const uint Vmx = 1 << 5;
        const uint TscDeadline = 1 << 24;
        const uint Hypervisor = 1u << 31;
        const uint HyperThreading = 1 << 28;
        uint ecx = (entry.Ecx & ~(Vmx | TscDeadline)) | Hypervisor | (tscDeadline ? TscDeadline : 0);
        return entry with
        {
            Ebx = (entry.Ebx & 0xffff) | (count << 16) | (id << 24),
            Ecx = ecx,
            Edx = count > 1 ? entry.Edx | HyperThreading : entry.Edx & ~HyperThreading,
        };
    }

    private static CpuidEntry Cache(CpuidEntry entry, uint count)
    {
        // Level 3 is shared by all vCPUs, the others belong to one.
        uint level = (entry.Eax >> 5) & 7;
        uint sharing = level >= 3 ? count - 1 : 0;
        uint cores = entry.Function == 4 ? (count - 1) << 26 : 0;
        return entry with { Eax = (entry.Eax & 0x3fff) | (sharing << 14) | cores };
    }

    private static CpuidEntry Paravirtual(CpuidEntry entry)
    {
        const uint AsyncPageFaults = 1 << 4 | 1 << 10 | 1 << 14;
        return entry with { Eax = entry.Eax & ~AsyncPageFaults };
    }

    private static CpuidEntry ExtendedFeatures(CpuidEntry entry)
    {
        const uint Svm = 1 << 2;
        const uint PerformanceCounters = 1 << 23 | 1 << 24 | 1 << 28;
        return entry with { Ecx = entry.Ecx & ~(Svm | PerformanceCounters) };
    }

    private static CpuidEntry CoreCount(CpuidEntry entry, uint count) =>
        entry with { Ecx = (count - 1) | (ShiftFor(count) << 12) };

    private static IEnumerable<CpuidEntry> Topology(uint id, uint count)
    {
        yield return new CpuidEntry(0xb, 0, SignificantIndex, 0, 1, 0x100, id);
        yield return new CpuidEntry(0xb, 1, SignificantIndex, ShiftFor(count), count, 0x201, id);
        yield return new CpuidEntry(0xb, 2, SignificantIndex, 0, 0, 2, id);
    }

    private static uint ShiftFor(uint count) => count <= 1 ? 0 : (uint)(32 - BitOperations.LeadingZeroCount(count - 1));
}
