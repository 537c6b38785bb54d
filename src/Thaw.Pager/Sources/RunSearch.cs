namespace Thaw.Pager.Sources;

/// <summary>Finds pages in runs that ascend without gaps.</summary>
internal static class RunSearch
{
    /// <summary>Index of the run that has <paramref name="page"/>; the last run's for pages behind all.</summary>
    internal static int IndexOf(IReadOnlyList<SourceRun> runs, uint page)
    {
        int low = 0;
        int high = runs.Count - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = runs[middle].End > page ? (low, middle) : (middle + 1, high);
        }
        return low;
    }
}
