namespace Thaw.Pager.WorkingSets;

/// <summary>
/// The pages that clones of one memory touch, in order. Learnt from the first clones and merged; a page that none of
/// the last few recordings touched is forgotten; a clone that misses much makes it learn again.
/// </summary>
/// <remarks>Safe for several threads.</remarks>
internal sealed class WorkingSet
{
    /// <summary>Recordings that are merged, and after which a page that none of them has is forgotten.</summary>
    internal const int Window = 4;

    /// <summary>Waits for pages outside the set that a clone may have, however small the set.</summary>
    private const int MissesAccepted = 16;

    /// <summary>And one for so many pages of the set: about half as many as chunks that the set lies in.</summary>
    private const int PagesPerMissAccepted = 64;

    // Guards everything below.
    private readonly Lock _lock = new();
    private readonly uint _pageCount;
    private readonly Dictionary<uint, int> _lastSeen = [];
    private List<uint> _order = [];
    private int _recordings;
    private int _wanted;

    /// <summary>Begins with what was known before; with something known no recording is wanted until a clone misses
    /// much.</summary>
    internal WorkingSet(uint pageCount, IReadOnlyList<PageSpan> known)
    {
        _pageCount = pageCount;
        foreach (PageSpan span in known)
        {
            for (ulong page = span.First; page < Math.Min((ulong)span.First + span.Count, pageCount); page++)
            {
                if (_lastSeen.TryAdd((uint)page, 0))
                {
                    _order.Add((uint)page);
                }
            }
        }
        _wanted = _order.Count == 0 ? Window : 0;
    }

    /// <summary>Whether the next clone should be recorded.</summary>
    internal bool WantsRecording
    {
        get
        {
            lock (_lock)
            {
                return _wanted > 0;
            }
        }
    }

    /// <summary>Clones that it learnt from, in this pager's life.</summary>
    internal int Recordings
    {
        get
        {
            lock (_lock)
            {
                return _recordings;
            }
        }
    }

    /// <summary>How many pages it has.</summary>
    internal int Count
    {
        get
        {
            lock (_lock)
            {
                return _order.Count;
            }
        }
    }

    /// <summary>The pages in order.</summary>
    internal List<uint> ToList()
    {
        lock (_lock)
        {
            return [.. _order];
        }
    }

    /// <summary>Takes what a clone touched, oldest first.</summary>
    internal void Learn(IReadOnlyList<uint> touched)
    {
        lock (_lock)
        {
            _recordings++;
            _wanted = Math.Max(0, _wanted - 1);
            foreach (uint page in touched.Where(page => page < _pageCount))
            {
                if (!_lastSeen.ContainsKey(page))
                {
                    _order.Add(page);
                }
                _lastSeen[page] = _recordings;
            }
            if (_recordings >= Window)
            {
                ForgetLocked();
            }
        }
    }

    /// <summary>Hears how a clone did with it.</summary>
    /// <param name="missed">How often it waited for pages that are not in the set.</param>
    internal void Observe(long missed)
    {
        lock (_lock)
        {
            if (missed > Math.Max(MissesAccepted, _order.Count / PagesPerMissAccepted) && _wanted == 0)
            {
                _wanted = Window;
            }
        }
    }

    /// <summary>Pages in order, as spans.</summary>
    internal static List<PageSpan> ToSpans(IReadOnlyList<uint> pages)
    {
        List<PageSpan> spans = [];
        foreach (uint page in pages)
        {
            if (spans.Count > 0 && spans[^1].First + spans[^1].Count == page)
            {
                spans[^1] = spans[^1] with { Count = spans[^1].Count + 1 };
            }
            else if (spans.Count == PagerLimits.WorkingSetRangesMax)
            {
                break;
            }
            else
            {
                spans.Add(new PageSpan(page, 1));
            }
        }
        return spans;
    }

    private void ForgetLocked()
    {
        List<uint> kept = new(_order.Count);
        foreach (uint page in _order)
        {
            if (_recordings - _lastSeen[page] < Window)
            {
                kept.Add(page);
            }
            else
            {
                _lastSeen.Remove(page);
            }
        }
        _order = kept;
    }
}
