using Thaw.Core;
using Thaw.Kvm;
using Thaw.Linux;
using Thaw.Memory;

namespace Thaw.Vmm.Snapshots;

/// <summary>A part of guest memory that a clone will touch.</summary>
/// <param name="Region">Which region it is of.</param>
/// <param name="Offset">Where in the region it begins, in bytes.</param>
/// <param name="LengthBytes">Its length.</param>
/// <param name="IsWritten">Whether the clone will write to it.</param>
public sealed record PopulatedMemory(GuestRegion Region, ulong Offset, ulong LengthBytes, bool IsWritten)
{
    /// <summary>
    /// Maps parts before the guest runs: in this process, copying what will be written, and then in KVM's page tables.
    /// What can't be mapped is left to page faults.
    /// </summary>
    internal static void Map(IReadOnlyList<PopulatedMemory> parts, KvmVcpu vcpu)
    {
        bool canPreFault = true;
        foreach (PopulatedMemory part in parts)
        {
            Invariant.That(part.Offset <= part.Region.LengthBytes
                && part.LengthBytes <= part.Region.LengthBytes - part.Offset);
            // KVM reads the others in by itself.
            if ((part.IsWritten || !canPreFault)
                && MemoryAdvice.TryPopulate(part.Region.Mapping, part.Offset, part.LengthBytes, part.IsWritten)
                    != Errno.OK)
            {
                return;
            }
            canPreFault = canPreFault
                && vcpu.TryPreFault(part.Region.Start.Add(part.Offset), part.LengthBytes) == Errno.OK;
        }
    }
}
