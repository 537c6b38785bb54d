using System.Collections.Immutable;

namespace Thaw.Store;

/// <summary>
/// A space as a chain of layers composes it: for every page the layer that changed it last. Never changed.
/// </summary>
public sealed class PageResolver
{
    private PageResolver(LayerChain chain, LayerSpace space, ImmutableArray<PageSegment> segments)
    {
        Chain = chain;
        Space = space;
        Segments = segments;
    }

    /// <summary>The layers.</summary>
    public LayerChain Chain { get; }

    /// <summary>The leaf's view of the space.</summary>
    public LayerSpace Space { get; }

    /// <summary>All pages, ascending, without gaps.</summary>
    public ImmutableArray<PageSegment> Segments { get; }

    /// <summary>Finds a page.</summary>
    /// <returns>The segment from this page to its end.</returns>
    public PageSegment Resolve(uint page)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(page, Space.PageCount);
        PageSegment segment = Segments[IndexOf(page)];
        return segment with { Run = segment.Run.Slice(page, (uint)(segment.Run.End - page)) };
    }

    /// <summary>
    /// The pages of the composed space that a chunk has: those that no later layer changed. What a fault on one of them
    /// fetches serves them all.
    /// </summary>
    /// <param name="depth">The chunk's layer: 0 is the leaf.</param>
    /// <param name="sequenceIndex">The chunk, as an index in the layer's sequence.</param>
    public IEnumerable<PageSegment> PagesOf(int depth, int sequenceIndex)
    {
        LayerManifest manifest = Chain.Layers[depth].Manifest;
        if (manifest.FindSpace(Space.Name) is not { } space)
        {
            yield break;
        }
        uint start = manifest.StartOf(sequenceIndex);
        uint count = manifest.StartOf(sequenceIndex + 1) - start;
        foreach (PageMapRun run in space.Map.FindByPosition(start, count))
        {
            ulong end = Math.Min(run.End, (ulong)Space.PageCount);
            for (int i = run.First < end ? IndexOf(run.First) : Segments.Length;
                i < Segments.Length && Segments[i].First < end;
                i++)
            {
                if (Segments[i].Depth == depth && !Segments[i].IsZero)
                {
                    uint first = Math.Max(Segments[i].First, run.First);
                    uint length = (uint)(Math.Min(Segments[i].Run.End, end) - first);
                    yield return new PageSegment(run.Slice(first, length), depth);
                }
            }
        }
    }

    /// <exception cref="LayerException">No such space in the leaf, or a page that is in no layer.</exception>
    internal static PageResolver Create(LayerChain chain, string name)
    {
        LayerSpace space = chain.Leaf.Manifest.FindSpace(name) ?? throw new LayerException(
            LayerFault.NoSuchSpace, chain.Leaf.Id, $"has no space \"{name}\"");
        List<PageSegment> segments = [.. space.Map.Runs.Select(run => new PageSegment(run, 0))];
        LayerSpace? upper = space;
        for (int depth = 1; depth < chain.Layers.Length && upper is { IsInherited: true }; depth++)
        {
            upper = chain.Layers[depth].Manifest.FindSpace(name);
            if (upper is not null)
            {
                segments = FillGaps(segments, upper.Map.Runs, depth, (ulong)space.PageCount);
            }
        }
        RequireComplete(chain.Leaf.Id, name, segments, (ulong)space.PageCount);
        return new PageResolver(chain, space, [.. segments]);
    }

    // Where no later layer has a page, this one's run is seen.
    private static List<PageSegment> FillGaps(
        List<PageSegment> upper, ImmutableArray<PageMapRun> lower, int depth, ulong pageCount)
    {
        List<PageSegment> filled = new(upper.Count + lower.Length);
        int next = 0;
        ulong gapStart = 0;
        foreach (PageSegment segment in upper)
        {
            Fill(gapStart, segment.First);
            filled.Add(segment);
            gapStart = segment.Run.End;
        }
        Fill(gapStart, pageCount);
        return filled;

        void Fill(ulong start, ulong end)
        {
            while (next < lower.Length && lower[next].End <= start)
            {
                next++;
            }
            for (int i = next; i < lower.Length && lower[i].First < end && start < end; i++)
            {
                ulong from = Math.Max(lower[i].First, start);
                ulong to = Math.Min(lower[i].End, end);
                filled.Add(new PageSegment(lower[i].Slice((uint)from, (uint)(to - from)), depth));
            }
        }
    }

    private static void RequireComplete(LayerId leaf, string name, List<PageSegment> segments, ulong pageCount)
    {
        ulong end = 0;
        foreach (PageSegment segment in segments)
        {
            if (segment.First != end)
            {
                break;
            }
            end = segment.Run.End;
        }
        if (end != pageCount)
        {
            throw new LayerException(
                LayerFault.Incomplete, leaf, $"and its ancestors have no page {end} of space \"{name}\"");
        }
    }

    private int IndexOf(uint page)
    {
        int low = 0;
        int high = Segments.Length - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = Segments[middle].Run.End > page ? (low, middle) : (middle + 1, high);
        }
        return low;
    }
}
