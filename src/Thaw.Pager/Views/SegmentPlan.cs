using Thaw.Core;
using Thaw.Pager.Sources;
using Thaw.Protocol;

namespace Thaw.Pager.Views;

/// <summary>
/// Which layer's image each part of guest memory is mapped from: the oldest one that no later layer changed there, so
/// that as much as can be is shared. Short gaps between pages of one layer are mapped from that layer too, so that the
/// list stays short: each segment is a mapping that a start has to make.
/// </summary>
internal sealed class SegmentPlan
{
    private readonly IReadOnlyList<SourceRun> _runs;

    private SegmentPlan(IReadOnlyList<SourceRun> runs, uint gapPages)
    {
        _runs = runs;
        GapPages = gapPages;
        Segments = Join(runs);
    }

    /// <summary>The longest gap that was closed, in pages; gaps of zeros may be longer.</summary>
    internal uint GapPages { get; }

    /// <summary>The segments; a segment's image is its layer's number, 0 the leaf. What is left out is zero.</summary>
    internal IReadOnlyList<MemorySegment> Segments { get; }

    /// <summary>Plans guest memory.</summary>
    /// <param name="source">What it consists of.</param>
    /// <param name="segmentsMax">Most segments; longer gaps are closed until it is kept.</param>
    internal static SegmentPlan Create(IPageSource source, int segmentsMax = PagerLimits.SegmentsMax)
    {
        for (uint gapPages = 0; ; gapPages += (gapPages / 2) + 1)
        {
            IReadOnlyList<SourceRun> runs = source.Runs;
            for (int layer = 0; layer < source.Layers.Count; layer++)
            {
                runs = CloseGaps(runs, layer, gapPages);
            }
            SegmentPlan plan = new(runs, gapPages);
            if (plan.Segments.Count <= segmentsMax || gapPages >= source.PageCount)
            {
                return plan;
            }
        }
    }

    /// <summary>The layer in whose image a page is; -1 when it is zero and in none.</summary>
    internal int LayerOf(uint page) => Find(page).Layer;

    /// <summary>The layer in whose image a page is, -1 for none; and the page behind its run.</summary>
    internal (int Layer, uint End) Find(uint page)
    {
        SourceRun run = _runs[RunSearch.IndexOf(_runs, page)];
        return (run.IsZero ? -1 : run.Layer, run.End);
    }

    /// <summary>
    /// Maps what lies between two runs of a layer from that layer, where it sees what the leaf sees there: no younger
    /// layer changed it.
    /// </summary>
    private static List<SourceRun> CloseGaps(IReadOnlyList<SourceRun> runs, int layer, uint gapPages)
    {
        List<SourceRun> closed = new(runs.Count);
        int last = -1;
        bool isZero = true;
        foreach (SourceRun run in runs)
        {
            if (run.Layer < layer)
            {
                last = -1;
            }
            else if (run.IsZero || run.Layer > layer)
            {
                isZero &= run.IsZero;
            }
            else
            {
                uint gapMax = isZero ? Math.Max(gapPages, PagerLimits.ZeroGapPages) : gapPages;
                isZero = true;
                if (last >= 0 && run.First - closed[last].End <= gapMax)
                {
                    uint first = closed[last].First;
                    closed.RemoveRange(last, closed.Count - last);
                    closed.Add(run with { First = first, Count = run.End - first });
                    continue;
                }
                last = closed.Count;
            }
            closed.Add(run);
        }
        return closed;
    }

    private static List<MemorySegment> Join(IReadOnlyList<SourceRun> runs)
    {
        List<MemorySegment> segments = [];
        foreach (SourceRun run in runs)
        {
            if (run.IsZero)
            {
                continue;
            }
            ulong start = (ulong)run.First * PageSize.Bytes;
            ulong length = (ulong)run.Count * PageSize.Bytes;
            if (segments.Count > 0 && segments[^1].End == start && segments[^1].Image == run.Layer)
            {
                MemorySegment before = segments[^1];
                segments[^1] = before with { Length = before.Length + length };
                continue;
            }
            segments.Add(new MemorySegment(start, length, run.Layer, start));
        }
        return segments;
    }
}
