using System.Numerics;

namespace Thaw.Pager.Images;

/// <summary>One bit per page; safe for several threads.</summary>
internal sealed class PageBitmap(uint pageCount)
{
    private readonly ulong[] _words = new ulong[((ulong)pageCount + 63) / 64];

    /// <summary>Whether a page is marked.</summary>
    internal bool this[uint page] => (Volatile.Read(ref _words[page / 64]) >> (int)(page % 64) & 1) != 0;

    /// <summary>Marks a page; false when it was marked.</summary>
    internal bool Mark(uint page)
    {
        ulong bit = 1UL << (int)(page % 64);
        return (Interlocked.Or(ref _words[page / 64], bit) & bit) == 0;
    }

    /// <summary>Takes a mark away.</summary>
    internal void Unmark(uint page) => Interlocked.And(ref _words[page / 64], ~(1UL << (int)(page % 64)));

    /// <summary>How many pages are marked.</summary>
    internal long Count()
    {
        long count = 0;
        foreach (ulong word in _words)
        {
            count += BitOperations.PopCount(word);
        }
        return count;
    }
}
