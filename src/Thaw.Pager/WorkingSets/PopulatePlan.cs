using Thaw.Pager.Views;
using Thaw.Protocol;

namespace Thaw.Pager.WorkingSets;

/// <summary>
/// What monitors shall map before their guests run: pages of the working set that are in memory already, and those that
/// every clone writes to. A page fault in a guest costs many times what mapping its page ahead does. Safe for several
/// threads.
/// </summary>
internal sealed class PopulatePlan(MemoryView view, WorkingSet workingSet)
{
    // Guards the field below.
    private readonly Lock _lock = new();
    private List<uint>? _written;

    /// <summary>Whether it is to be told what a clone wrote, though none is recorded.</summary>
    internal bool WantsWritten
    {
        get
        {
            lock (_lock)
            {
                return _written is null;
            }
        }
    }

    /// <summary>Takes what a clone wrote: what not all of them write is not copied ahead for any.</summary>
    /// <param name="written">Page numbers, ascending.</param>
    internal void Learn(List<uint> written)
    {
        lock (_lock)
        {
            _written = _written is null ? written : [.. _written.Intersect(written).Order()];
        }
    }

    /// <summary>What is to be mapped, ascending; at most <see cref="PagerProtocol.PopulateRangesMax"/>.</summary>
    internal List<PopulateRange> ToRanges()
    {
        HashSet<uint> written;
        lock (_lock)
        {
            written = [.. _written ?? []];
        }
        List<uint> pages = [.. workingSet.ToList().Union(written).Where(view.IsReady)];
        pages.Sort();
        List<PopulateRange> ranges = [];
        foreach (uint page in pages)
        {
            bool isWritten = written.Contains(page);
            if (ranges.Count > 0 && ranges[^1] is var last && last.End == page && last.IsWritten == isWritten)
            {
                ranges[^1] = last with { Count = last.Count + 1 };
            }
            else if (ranges.Count == PagerProtocol.PopulateRangesMax)
            {
                break;
            }
            else
            {
                ranges.Add(new PopulateRange(page, 1, isWritten));
            }
        }
        return ranges;
    }
}
