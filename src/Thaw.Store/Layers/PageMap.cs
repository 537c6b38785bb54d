using System.Collections.Immutable;

namespace Thaw.Store;

/// <summary>Which pages of a space a layer has, and where in its data. Ascending, without overlap.</summary>
public sealed class PageMap
{
    private readonly Lazy<ImmutableArray<PageMapRun>> _byPosition;

    /// <summary>Takes runs that ascend and do not overlap.</summary>
    internal PageMap(ImmutableArray<PageMapRun> runs)
    {
        Runs = runs;
        _byPosition = new(() => [.. Runs.Where(run => !run.IsZero).OrderBy(run => run.Position)]);
    }

    /// <summary>The runs.</summary>
    public ImmutableArray<PageMapRun> Runs { get; }

    /// <summary>Pages that are in the layer's data; one that is there for several pages counts for each.</summary>
    public long StoredPages => Runs.Where(run => !run.IsZero).Sum(run => (long)run.Count);

    /// <summary>Pages recorded as zero.</summary>
    public long ZeroPages => Runs.Where(run => run.IsZero).Sum(run => (long)run.Count);

    /// <summary>The pages of the space that a range of the layer's data is for.</summary>
    public IEnumerable<PageMapRun> FindByPosition(uint position, uint count)
    {
        ImmutableArray<PageMapRun> runs = _byPosition.Value;
        ulong end = (ulong)position + count;
        for (int i = FirstEndingBehind(runs, position); i < runs.Length && runs[i].Position < end; i++)
        {
            uint from = Math.Max(runs[i].Position, position);
            ulong to = Math.Min((ulong)runs[i].Position + runs[i].Count, end);
            yield return runs[i].Slice(runs[i].First + (from - runs[i].Position), (uint)(to - from));
        }
    }

    /// <summary>Puts runs in order and joins those that go on in one another.</summary>
    internal static PageMap Create(List<PageMapRun> runs)
    {
        runs.Sort((left, right) => left.First.CompareTo(right.First));
        ImmutableArray<PageMapRun>.Builder joined = ImmutableArray.CreateBuilder<PageMapRun>();
        foreach (PageMapRun run in runs)
        {
            if (joined.Count > 0 && joined[^1].IsContinuedBy(run))
            {
                joined[^1] = joined[^1] with { Count = joined[^1].Count + run.Count };
            }
            else
            {
                joined.Add(run);
            }
        }
        return new PageMap(joined.ToImmutable());
    }

    /// <summary>Whether the runs ascend without overlap, inside a space and its layer's data.</summary>
    internal bool IsGood(long spacePages, long dataPages)
    {
        ulong end = 0;
        foreach (PageMapRun run in Runs)
        {
            bool isInData = run.IsZero || (ulong)run.Position + run.Count <= (ulong)dataPages;
            if (run.Count == 0 || run.First < end || run.End > (ulong)spacePages || !isInData)
            {
                return false;
            }
            end = run.End;
        }
        return true;
    }

    private static int FirstEndingBehind(ImmutableArray<PageMapRun> runs, uint position)
    {
        int low = 0;
        int high = runs.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            bool isBehind = (ulong)runs[middle].Position + runs[middle].Count > position;
            (low, high) = isBehind ? (low, middle) : (middle + 1, high);
        }
        return low;
    }
}
