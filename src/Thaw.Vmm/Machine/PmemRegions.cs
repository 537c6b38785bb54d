using Thaw.Core;
using Thaw.Linux;
using Thaw.Memory;
using Thaw.Vmm.Arch.X64;
using Thaw.Vmm.Config;

namespace Thaw.Vmm.Machine;

/// <summary>Persistent memory: files in the guest's address space, behind all RAM.</summary>
internal static class PmemRegions
{
    /// <summary>One region per device, in order.</summary>
    /// <exception cref="MicrovmException">A file cannot be used; named.</exception>
    internal static IReadOnlyList<GuestRegion> Map(MicrovmConfig config)
    {
        (ulong start, ulong length) = GuestRamLayout.For(config.Machine.MemoryMib)[^1];
        ulong next = Math.Max(start + length, X64Layout.FourGiB);
        List<GuestRegion> regions = [];
        foreach (PmemConfig pmem in config.Pmems)
        {
            next = PageSize.AlignUp(next, X64Layout.PmemAlignment);
            GuestRegion region = Map(pmem, new GuestAddress(next));
            regions.Add(region);
            next += region.LengthBytes;
        }
        return regions;
    }

    /// <summary>The guest maps in 2 MiB steps: what the file lacks to that is zero and private.</summary>
    private static GuestRegion Map(PmemConfig pmem, GuestAddress at)
    {
        try
        {
            using SafeFd file = SafeFd.Open(pmem.Path, pmem.IsReadOnly ? FileOpen.Read : FileOpen.ReadWrite);
            ulong length = (ulong)file.Length();
            if (length == 0)
            {
                throw new MicrovmException($"Persistent memory {pmem.Id}: {pmem.Path} is empty.");
            }
            SafeMappingHandle mapping =
                SafeMappingHandle.Anonymous(PageSize.AlignUp(length, PageSize.LargeBytes));
            mapping.OverlayFile(0, file, 0, PageSize.AlignUp(length, PageSize.Bytes), isShared: !pmem.IsReadOnly);
            return new GuestRegion(at, mapping, pmem.IsReadOnly);
        }
        catch (LinuxException failure)
        {
            throw new MicrovmException(
                $"Persistent memory {pmem.Id}: {pmem.Path} cannot be used: {failure.Errno}.", failure);
        }
    }
}
