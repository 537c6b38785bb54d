using Thaw.Core;
using Thaw.Pager.Sources;
using Thaw.Protocol;

namespace Thaw.Pager.Views;

/// <summary>
/// Which layer's image each part of guest memory is mapped from: the oldest one that no later layer changed there, so
/// that as much as can be is shared. In blocks of 64 KiB or more, so that the list stays short.
/// </summary>
internal sealed class SegmentPlan
{
    private const short ZeroBlock = -1;

    private readonly short[] _layers;

    private SegmentPlan(short[] layers, uint blockPages, IReadOnlyList<MemorySegment> segments)
    {
        _layers = layers;
        BlockPages = blockPages;
        Segments = segments;
    }

    /// <summary>Pages of a block.</summary>
    internal uint BlockPages { get; }

    /// <summary>The segments; a segment's image is its layer's number, 0 the leaf. What is left out is zero.</summary>
    internal IReadOnlyList<MemorySegment> Segments { get; }

    /// <summary>Plans guest memory.</summary>
    /// <param name="source">What it consists of.</param>
    /// <param name="segmentsMax">Most segments; blocks grow until it is kept.</param>
    internal static SegmentPlan Create(IPageSource source, int segmentsMax = PagerLimits.SegmentsMax)
    {
        for (uint blockPages = PagerLimits.BlockPages; ; blockPages *= 2)
        {
            short[] layers = Assign(source, blockPages);
            List<MemorySegment> segments = Join(layers, blockPages, source.PageCount);
            if (segments.Count <= segmentsMax || blockPages >= source.PageCount)
            {
                return new SegmentPlan(layers, blockPages, segments);
            }
        }
    }

    /// <summary>The layer in whose image a page is; -1 when it is zero and in none.</summary>
    internal int LayerOf(uint page) => _layers[page / BlockPages];

    // A block's image is the youngest of the layers that changed any of its pages: as that layer sees it, the block is
    // as the leaf sees it.
    private static short[] Assign(IPageSource source, uint blockPages)
    {
        uint count = (uint)(((ulong)source.PageCount + blockPages - 1) / blockPages);
        short[] layers = new short[count];
        bool[] hasContent = new bool[count];
        Array.Fill(layers, short.MaxValue);
        foreach (SourceRun run in source.Runs)
        {
            for (uint block = run.First / blockPages; block <= (run.End - 1) / blockPages; block++)
            {
                layers[block] = Math.Min(layers[block], (short)run.Layer);
                hasContent[block] |= !run.IsZero;
            }
        }
        for (uint block = 0; block < count; block++)
        {
            layers[block] = hasContent[block] ? layers[block] : ZeroBlock;
        }
        return layers;
    }

    private static List<MemorySegment> Join(short[] layers, uint blockPages, uint pageCount)
    {
        List<MemorySegment> segments = [];
        for (uint block = 0; block < layers.Length;)
        {
            uint first = block;
            while (block < layers.Length && layers[block] == layers[first])
            {
                block++;
            }
            if (layers[first] != ZeroBlock)
            {
                ulong start = (ulong)first * blockPages;
                ulong end = Math.Min((ulong)block * blockPages, pageCount);
                segments.Add(new MemorySegment(
                    start * PageSize.Bytes, (end - start) * PageSize.Bytes, layers[first], start * PageSize.Bytes));
            }
        }
        return segments;
    }
}
