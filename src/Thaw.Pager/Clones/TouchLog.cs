using Thaw.Pager.Images;

namespace Thaw.Pager.Clones;

/// <summary>Pages that a clone was seen to touch, in the order in which it did.</summary>
internal sealed class TouchLog(uint pageCount)
{
    // Guards the list.
    private readonly Lock _lock = new();
    private readonly PageBitmap _seen = new(pageCount);
    private readonly List<uint> _pages = [];

    /// <summary>Notes a page; only its first time counts.</summary>
    internal void Add(uint page)
    {
        if (!_seen.Mark(page))
        {
            return;
        }
        lock (_lock)
        {
            _pages.Add(page);
        }
    }

    /// <summary>The pages so far.</summary>
    internal List<uint> ToList()
    {
        lock (_lock)
        {
            return [.. _pages];
        }
    }
}
