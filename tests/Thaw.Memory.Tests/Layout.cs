using Thaw.Core;

namespace Thaw.Memory.Tests;

/// <summary>Guest memory with every kind of border: holes, neighbours, a read-only region, the last page.</summary>
internal sealed class Layout : IDisposable
{
    internal const ulong Page = PageSize.Bytes;

    internal Layout()
    {
        Low = Region(0x1000, 2 * Page);
        First = Region(0x10000, Page);
        Second = Region(0x11000, Page);
        ReadOnly = Region(0x100000, Page, readOnly: true);
        // The last page of the address space cannot be a region's: its end would be address 0.
        Top = Region(ulong.MaxValue - 2 * Page + 1, Page);
        // Out of order on purpose.
        Memory = new GuestMemory(Top, Second, Low, ReadOnly, First);
    }

    internal GuestMemory Memory { get; }

    internal GuestRegion Low { get; }

    /// <summary>Ends where <see cref="Second"/> begins.</summary>
    internal GuestRegion First { get; }

    internal GuestRegion Second { get; }

    internal GuestRegion ReadOnly { get; }

    internal GuestRegion Top { get; }

    internal IReadOnlyList<GuestRegion> All => [Low, First, Second, ReadOnly, Top];

    /// <summary>Whether a range lies in one region, counted so that nothing can wrap.</summary>
    internal GuestRegion? Find(ulong address, ulong lengthBytes) => All.FirstOrDefault(region =>
        address >= region.Start.Value
        && (UInt128)address + lengthBytes <= (UInt128)region.Start.Value + region.LengthBytes);

    /// <summary>Every address next to a border, and every length that reaches to or over one.</summary>
    internal IEnumerable<(ulong Address, ulong LengthBytes)> EdgeRanges()
    {
        ulong[] borders =
            [0, .. All.SelectMany(region => new[] { region.Start.Value, region.End.Value }), ulong.MaxValue, 1ul << 63];
        ulong[] deltas = [0, 1, 2, 7, 8];
        ulong[] addresses = [.. borders.SelectMany(border =>
            deltas.SelectMany(delta => new[] { unchecked(border + delta), unchecked(border - delta) })).Distinct()];
        ulong[] lengths =
        [
            0, 1, 2, 7, 8, 9, Page - 8, Page - 1, Page, Page + 1, 2 * Page - 1, 2 * Page, 2 * Page + 1, 1ul << 31,
            1ul << 63, ulong.MaxValue - Page, ulong.MaxValue - 1, ulong.MaxValue,
        ];
        return addresses.SelectMany(address => lengths.Select(length => (address, length)));
    }

    public void Dispose()
    {
        foreach (GuestRegion region in All)
        {
            region.Mapping.Dispose();
        }
    }

    private static GuestRegion Region(ulong start, ulong lengthBytes, bool readOnly = false) =>
        new(new GuestAddress(start), Linux.SafeMappingHandle.Anonymous(lengthBytes), readOnly);
}
