using Thaw.Linux;
using Thaw.Memory;
using Thaw.Vmm.Arch.X64;

namespace Thaw.Vmm.Machine;

/// <summary>
/// Where RAM of a given size lies in the guest: below the device hole and, if there is more, from 4 GiB on.
/// </summary>
internal static class GuestRamLayout
{
    /// <summary>The ranges, ascending.</summary>
    internal static IReadOnlyList<(ulong Start, ulong LengthBytes)> For(int memoryMib)
    {
        ulong total = (ulong)memoryMib << 20;
        return total <= X64Layout.MmioHole
            ? [(0, total)]
            : [(0, X64Layout.MmioHole), (X64Layout.FourGiB, total - X64Layout.MmioHole)];
    }

    /// <summary>Zeroed memory in these ranges.</summary>
    /// <exception cref="LinuxException">No address space.</exception>
    internal static IReadOnlyList<GuestRegion> Allocate(int memoryMib)
    {
        List<GuestRegion> regions = [];
        foreach ((ulong start, ulong length) in For(memoryMib))
        {
            GuestRegion region = GuestRam.Anonymous(new GuestAddress(start), length);
            region.Mapping.AvoidLargePages();
            regions.Add(region);
        }
        return regions;
    }
}
