using System.Diagnostics.CodeAnalysis;
using Thaw.Core;
using Thaw.Protocol;

namespace Thaw.Pager.Clones;

/// <summary>Where guest memory lies in a monitor's address space, as the monitor says; checked once.</summary>
internal sealed class FaultMap
{
    private readonly MemoryMapping[] _mappings;

    private FaultMap(MemoryMapping[] mappings) => _mappings = mappings;

    /// <summary>The mappings, ascending by address.</summary>
    internal IReadOnlyList<MemoryMapping> Mappings => _mappings;

    /// <summary>Takes a monitor's list; null with the reason when it can't be right.</summary>
    internal static FaultMap? TryCreate(
        IReadOnlyList<MemoryMapping> mappings, uint pageCount, [NotNullWhen(false)] out string? fault)
    {
        ulong memoryBytes = (ulong)pageCount * PageSize.Bytes;
        fault = mappings.Count is 0 or > PagerProtocol.MappingsMax ? $"{mappings.Count} mappings" : null;
        foreach (MemoryMapping mapping in mappings)
        {
            ulong pageBytes = mapping.PageSize != 0 ? mapping.PageSize : mapping.PageSizeKib;
            if (pageBytes is not (0 or PageSize.Bytes))
            {
                fault ??= $"pages of {pageBytes} bytes; only {PageSize.Bytes} are served";
            }
            bool isAligned = ((mapping.BaseHostVirtAddr | mapping.Size | mapping.Offset) & (PageSize.Bytes - 1)) == 0;
            bool fits = mapping.Size > 0 && mapping.Offset <= memoryBytes
                && mapping.Size <= memoryBytes - mapping.Offset
                && mapping.BaseHostVirtAddr <= ulong.MaxValue - mapping.Size;
            if (!isAligned || !fits)
            {
                fault ??= $"a mapping of {mapping.Size} bytes at offset {mapping.Offset}, memory has {memoryBytes}";
            }
        }
        MemoryMapping[] sorted = [.. mappings.OrderBy(mapping => mapping.BaseHostVirtAddr)];
        for (int i = 1; i < sorted.Length; i++)
        {
            if (sorted[i - 1].BaseHostVirtAddr + sorted[i - 1].Size > sorted[i].BaseHostVirtAddr)
            {
                fault ??= "mappings that overlap";
            }
        }
        return fault is null ? new FaultMap(sorted) : null;
    }

    /// <summary>Finds the page at an address.</summary>
    /// <param name="address">Any address in it.</param>
    /// <param name="page">Number of the page.</param>
    /// <param name="pagesLeft">Pages from it to its mapping's end.</param>
    internal bool TryFind(ulong address, out uint page, out uint pagesLeft)
    {
        foreach (MemoryMapping mapping in _mappings)
        {
            if (address >= mapping.BaseHostVirtAddr && address - mapping.BaseHostVirtAddr < mapping.Size)
            {
                ulong at = (address - mapping.BaseHostVirtAddr) / PageSize.Bytes;
                page = (uint)((mapping.Offset / PageSize.Bytes) + at);
                pagesLeft = (uint)((mapping.Size / PageSize.Bytes) - at);
                return true;
            }
        }
        page = 0;
        pagesLeft = 0;
        return false;
    }

    /// <summary>Finds where a page is mapped.</summary>
    internal bool TryLocate(uint page, out ulong address, out uint pagesLeft)
    {
        ulong offset = (ulong)page * PageSize.Bytes;
        foreach (MemoryMapping mapping in _mappings)
        {
            if (offset >= mapping.Offset && offset - mapping.Offset < mapping.Size)
            {
                address = mapping.BaseHostVirtAddr + (offset - mapping.Offset);
                pagesLeft = (uint)((mapping.Size - (offset - mapping.Offset)) / PageSize.Bytes);
                return true;
            }
        }
        address = 0;
        pagesLeft = 0;
        return false;
    }
}
