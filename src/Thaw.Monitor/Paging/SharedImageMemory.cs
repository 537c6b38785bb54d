using System.Text.Json;
using Thaw.Core;
using Thaw.Linux;
using Thaw.Memory;
using Thaw.Protocol;
using Thaw.Snapshot;
using Thaw.Vmm.Snapshots;

namespace Thaw.Monitor.Paging;

/// <summary>
/// RAM as private views of a pager's images, which all clones share: segments over the images, missing pages registered
/// with the userfaultfd that goes to the pager. What no segment covers is zero and the kernel's affair.
/// </summary>
internal sealed class SharedImageMemory(HandlerConnection handler) : IGuestMemoryProvider
{
    public IReadOnlyList<PopulatedMemory> Populated { get; private set; } = [];

    public IReadOnlyList<GuestRegion> Provide(SnapshotId snapshot, IReadOnlyList<MemoryRange> ranges)
    {
        ulong memoryBytes = ranges[^1].FileOffset + ranges[^1].Length;
        List<SafeFd> images = [];
        try
        {
            SharedMemoryOffer offer = Ask(snapshot, memoryBytes, images);
            OfferRules.Require(offer, memoryBytes, images);
            IReadOnlyList<PopulateRange> populate = OfferRules.PopulateOf(offer, memoryBytes);
            IReadOnlyList<GuestRegion> regions = Map(ranges, offer, images);
            Populated = [.. populate.SelectMany(range => Locate(range, regions, ranges))];
            Announce(regions, ranges);
            handler.Watch(hasNotices: true);
            return regions;
        }
        catch (JsonException e)
        {
            throw new IOException($"The pager answered what is no message: {e.Message}", e);
        }
        finally
        {
            images.ForEach(image => image.Dispose());
        }
    }

    private SharedMemoryOffer Ask(SnapshotId snapshot, ulong memoryBytes, List<SafeFd> images)
    {
        SharedMemoryRequest request = new() { MemoryBytes = memoryBytes, Snapshot = snapshot.ToString() };
        handler.SendRaw(PagerProtocol.Magic);
        handler.Send(JsonSerializer.SerializeToUtf8Bytes(request, PagingJsonContext.Default.SharedMemoryRequest));
        SharedMemoryOffer offer = JsonSerializer.Deserialize(
            handler.Receive(images), PagingJsonContext.Default.SharedMemoryOffer) ?? new SharedMemoryOffer();
        return offer.Error is null ? offer : throw new IOException($"The pager has no such memory: {offer.Error}");
    }

    private List<GuestRegion> Map(
        IReadOnlyList<MemoryRange> ranges, SharedMemoryOffer offer, List<SafeFd> images)
    {
        List<GuestRegion> regions = [];
        foreach (MemoryRange range in ranges)
        {
            GuestRegion region = GuestRam.Anonymous(new GuestAddress(range.GuestAddress), range.Length);
            regions.Add(region);
            region.Mapping.AvoidLargePages();
            region.Arrivals = new PageArrivals(region.Mapping);
            ulong end = range.FileOffset + range.Length;
            foreach (MemorySegment segment in offer.Segments.Where(s => s.End > range.FileOffset && s.Offset < end))
            {
                ulong from = Math.Max(segment.Offset, range.FileOffset);
                ulong length = Math.Min(segment.End, end) - from;
                ulong at = from - range.FileOffset;
                region.Mapping.OverlayFile(
                    at,
                    images[segment.Image],
                    (long)(segment.ImageOffset + (from - segment.Offset)),
                    length);
                handler.Faults.Register(region.Mapping, at, length, offer.SinglePages);
            }
        }

        return regions;
    }

    /// <summary>Where a range lies: one that crosses the end of a region is in two.</summary>
    private static IEnumerable<PopulatedMemory> Locate(
        PopulateRange range, IReadOnlyList<GuestRegion> regions, IReadOnlyList<MemoryRange> ranges)
    {
        ulong first = (ulong)range.First * PageSize.Bytes;
        ulong end = range.End * PageSize.Bytes;
        for (int i = 0; i < regions.Count; i++)
        {
            ulong from = Math.Max(first, ranges[i].FileOffset);
            ulong to = Math.Min(end, ranges[i].FileOffset + ranges[i].Length);
            if (from < to)
            {
                yield return new PopulatedMemory(
                    regions[i], from - ranges[i].FileOffset, to - from, range.IsWritten);
            }
        }
    }

    private void Announce(IReadOnlyList<GuestRegion> regions, IReadOnlyList<MemoryRange> ranges)
    {
        SharedMemoryMapped mapped = new() { Mappings = UffdMemory.MappingsOf(regions, ranges) };
        handler.Send(
            JsonSerializer.SerializeToUtf8Bytes(mapped, PagingJsonContext.Default.SharedMemoryMapped),
            handler.Faults);
        List<SafeFd> none = [];
        PagerNotice? notice = JsonSerializer.Deserialize(handler.Receive(none), PagingJsonContext.Default.PagerNotice);
        none.ForEach(descriptor => descriptor.Dispose());
        if (notice is not { Ready: true })
        {
            throw new IOException($"The pager does not serve this microVM: {notice?.Error ?? "no reason given"}");
        }
    }
}
