using System.Numerics;
using Thaw.Core;

namespace Thaw.Memory;

/// <summary>One bit per page. <see cref="Mark"/> may run on any thread; the rest needs writers stopped.</summary>
public sealed class DirtyBitmap
{
    private readonly ulong[] _words;

    /// <summary>All pages clean.</summary>
    /// <param name="pageCount">How many pages of 4 KiB.</param>
    public DirtyBitmap(ulong pageCount)
    {
        PageCount = pageCount;
        _words = new ulong[(pageCount + 63) / 64];
    }

    /// <summary>How many pages it covers.</summary>
    public ulong PageCount { get; }

    /// <summary>The bits, least significant first, as KVM_GET_DIRTY_LOG fills them.</summary>
    public Span<ulong> Words => _words;

    /// <summary>Whether page <paramref name="page"/> is marked.</summary>
    public bool this[ulong page] => (_words[page / 64] >> (int)(page % 64) & 1) != 0;

    /// <summary>Marks the pages that a byte range touches.</summary>
    public void Mark(ulong offsetBytes, ulong lengthBytes)
    {
        if (lengthBytes == 0)
        {
            return;
        }
        ulong last = (offsetBytes + lengthBytes - 1) >> PageSize.Shift;
        for (ulong page = offsetBytes >> PageSize.Shift; page <= last; page++)
        {
            Interlocked.Or(ref _words[page / 64], 1UL << (int)(page % 64));
        }
    }

    /// <summary>Adds the other's marks to this one's.</summary>
    public void Or(DirtyBitmap other)
    {
        Invariant.That(other.PageCount == PageCount);
        for (int i = 0; i < _words.Length; i++)
        {
            _words[i] |= other._words[i];
        }
    }

    /// <summary>Forgets all marks.</summary>
    public void Clear() => Array.Clear(_words);

    /// <summary>How many pages are marked.</summary>
    public ulong CountMarked()
    {
        ulong count = 0;
        foreach (ulong word in _words)
        {
            count += (ulong)BitOperations.PopCount(word);
        }
        return count;
    }

    /// <summary>The marked pages as runs, ascending.</summary>
    public IEnumerable<PageRun> Runs()
    {
        ulong page = 0;
        while (page < PageCount)
        {
            if (_words[page / 64] >> (int)(page % 64) == 0)
            {
                page = (page / 64 + 1) * 64;
                continue;
            }
            if (!this[page])
            {
                page++;
                continue;
            }
            ulong first = page;
            while (page < PageCount && this[page])
            {
                page++;
            }
            yield return new PageRun(first, page - first);
        }
    }
}
