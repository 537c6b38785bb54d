using System.Diagnostics.CodeAnalysis;
using Thaw.Core;

namespace Thaw.Memory;

/// <summary>
/// All guest physical memory of one microVM: the only way for device code to reach it, always by copy and
/// always checked. A range may not cross regions.
/// </summary>
/// <remarks>
/// The guest writes the same bytes at the same time, so a value read twice may differ: read once, check the copy,
/// use the copy (vm-memory's rules: no references to volatile memory).
/// </remarks>
public sealed partial class GuestMemory
{
    private readonly GuestRegion[] _regions;

    /// <summary>Joins regions; they may not overlap.</summary>
    public GuestMemory(params ReadOnlySpan<GuestRegion> regions)
    {
        _regions = regions.ToArray();
        Array.Sort(_regions, (left, right) => left.Start.CompareTo(right.Start));
        for (int i = 1; i < _regions.Length; i++)
        {
            Invariant.That(_regions[i - 1].End <= _regions[i].Start);
        }
    }

    /// <summary>The regions, ascending by address.</summary>
    public IReadOnlyList<GuestRegion> Regions => _regions;

    /// <summary>Bytes of all regions together.</summary>
    public ulong TotalBytes => (ulong)_regions.Sum(region => (long)region.LengthBytes);

    /// <summary>Whether a range lies inside one region.</summary>
    public bool Contains(GuestAddress address, ulong lengthBytes) => TryLocate(address, lengthBytes, out _);

    private bool TryFind(GuestAddress address, ulong lengthBytes, [NotNullWhen(true)] out GuestRegion? found)
    {
        if (!TryLocate(address, lengthBytes, out found))
        {
            return false;
        }
        found.Arrivals?.Await(address.Value - found.Start.Value, lengthBytes);
        return true;
    }

    private bool TryLocate(GuestAddress address, ulong lengthBytes, [NotNullWhen(true)] out GuestRegion? found)
    {
        foreach (GuestRegion region in _regions)
        {
            if (region.Contains(address, lengthBytes))
            {
                found = region;
                return true;
            }
        }
        found = null;
        return false;
    }

    private bool TryFindWritable(
        GuestAddress address, ulong lengthBytes, [NotNullWhen(true)] out GuestRegion? found)
    {
        if (!TryFind(address, lengthBytes, out found) || found.IsReadOnly)
        {
            return false;
        }
        found.DeviceWrites?.Mark(address.Value - found.Start.Value, lengthBytes);
        return true;
    }
}
