using System.Collections;

namespace Thaw.Store;

/// <summary>Which pages of a space are looked at, and in which order.</summary>
internal sealed class PageSelection
{
    private readonly BitArray _left;

    private PageSelection(BitArray left) => _left = left;

    /// <summary>All pages, or those in the given ranges, which may overlap.</summary>
    internal static PageSelection Create(long pageCount, IReadOnlyList<PageRange>? ranges)
    {
        PageSelection selection = new(new BitArray(checked((int)pageCount), ranges is null));
        foreach (PageRange range in ranges ?? [])
        {
            ulong end = Math.Min(range.End, (ulong)pageCount);
            for (ulong page = range.First; page < end; page++)
            {
                selection._left[(int)page] = true;
            }
        }
        return selection;
    }

    /// <summary>Whether a page has yet to be looked at.</summary>
    internal bool Has(uint page) => _left[(int)page];

    /// <summary>
    /// Takes what is left of a range out of the selection, as ranges of at most <paramref name="countMax"/> pages.
    /// </summary>
    internal IEnumerable<PageRange> Take(PageRange range, int countMax)
    {
        uint end = (uint)Math.Min(range.End, (ulong)_left.Count);
        uint page = range.First;
        while (page < end)
        {
            if (!_left[(int)page])
            {
                page++;
                continue;
            }
            uint first = page;
            while (page < end && page - first < countMax && _left[(int)page])
            {
                _left[(int)page] = false;
                page++;
            }
            yield return new PageRange(first, page - first);
        }
    }
}
