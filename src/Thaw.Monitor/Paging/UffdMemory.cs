using System.Text.Json;
using Thaw.Core;
using Thaw.Linux;
using Thaw.Memory;
using Thaw.Protocol;
using Thaw.Snapshot;
using Thaw.Vmm.Snapshots;

namespace Thaw.Monitor.Paging;

/// <summary>
/// RAM that a page-fault handler fills page by page, handed over as Firecracker does it: anonymous memory, registered,
/// its list of mappings sent with the userfaultfd.
/// </summary>
internal sealed class UffdMemory(HandlerConnection handler) : IGuestMemoryProvider
{
    public IReadOnlyList<GuestRegion> Provide(SnapshotId snapshot, IReadOnlyList<MemoryRange> ranges)
    {
        List<GuestRegion> regions = [];
        foreach (MemoryRange range in ranges)
        {
            GuestRegion region = GuestRam.Anonymous(new GuestAddress(range.GuestAddress), range.Length);
            regions.Add(region);
            region.Mapping.AvoidLargePages();
            handler.Faults.Register(region.Mapping, 0, range.Length);
            region.Arrivals = new PageArrivals(region.Mapping);
        }

        byte[] list = JsonSerializer.SerializeToUtf8Bytes(
            MappingsOf(regions, ranges), PagingJsonContext.Default.IReadOnlyListMemoryMapping);
        handler.SendRaw(list, handler.Faults);
        handler.Watch(hasNotices: false);
        return regions;
    }

    /// <summary>Where the ranges of a snapshot are mapped in this process.</summary>
    internal static IReadOnlyList<MemoryMapping> MappingsOf(
        IReadOnlyList<GuestRegion> regions, IReadOnlyList<MemoryRange> ranges) =>
    [
        .. regions.Zip(ranges, (region, range) => new MemoryMapping
        {
            BaseHostVirtAddr = Userfaultfd.AddressOf(region.Mapping),
            Size = range.Length,
            Offset = range.FileOffset,
            PageSize = PageSize.Bytes,
            PageSizeKib = PageSize.Bytes,
        }),
    ];
}
