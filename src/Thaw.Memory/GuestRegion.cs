using Thaw.Core;
using Thaw.Linux;

namespace Thaw.Memory;

/// <summary>One contiguous range of guest physical memory and the host mapping behind it.</summary>
public sealed class GuestRegion
{
    /// <summary>Creates the region; it does not own <paramref name="mapping"/>.</summary>
    /// <param name="start">First guest physical address; page-aligned.</param>
    /// <param name="mapping">Host memory of the whole region.</param>
    /// <param name="readOnly">Whether the guest and the devices may only read.</param>
    public GuestRegion(GuestAddress start, SafeMappingHandle mapping, bool readOnly = false)
    {
        Invariant.That(PageSize.IsAligned(start.Value, PageSize.Bytes));
        Invariant.That(PageSize.IsAligned(mapping.LengthBytes, PageSize.Bytes));
        Invariant.That(start.Value + mapping.LengthBytes > start.Value);
        Start = start;
        Mapping = mapping;
        IsReadOnly = readOnly;
        LengthBytes = mapping.LengthBytes;
    }

    /// <summary>First guest physical address.</summary>
    public GuestAddress Start { get; }

    /// <summary>Length in bytes, a multiple of the page size.</summary>
    public ulong LengthBytes { get; }

    /// <summary>First guest physical address behind the region.</summary>
    public GuestAddress End => Start.Add(LengthBytes);

    /// <summary>Whether writes are refused.</summary>
    public bool IsReadOnly { get; }

    /// <summary>The host memory.</summary>
    public SafeMappingHandle Mapping { get; }

    /// <summary>Pages that devices wrote since the last collection; null while writes are not tracked.</summary>
    public DirtyBitmap? DeviceWrites { get; set; }

    /// <summary>
    /// What waits for pages that a page-fault handler has to bring; null when the kernel has them all.
    /// </summary>
    public PageArrivals? Arrivals { get; set; }

    /// <summary>Whether all of [<paramref name="address"/>, +<paramref name="lengthBytes"/>) is inside.</summary>
    public bool Contains(GuestAddress address, ulong lengthBytes) =>
        address.Value >= Start.Value
        && address.Value - Start.Value <= LengthBytes
        && lengthBytes <= LengthBytes - (address.Value - Start.Value);
}
