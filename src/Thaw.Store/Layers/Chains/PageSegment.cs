namespace Thaw.Store;

/// <summary>
/// Consecutive pages of a composed space that one layer has, one behind the other in its data, or that are zero.
/// </summary>
/// <param name="Run">The pages, and where they are in the layer's data.</param>
/// <param name="Depth">Which layer: 0 is the leaf.</param>
public readonly record struct PageSegment(PageMapRun Run, int Depth)
{
    /// <summary>Number of the first page.</summary>
    public uint First => Run.First;

    /// <summary>How many.</summary>
    public uint Count => Run.Count;

    /// <summary>Whether the pages are zero.</summary>
    public bool IsZero => Run.IsZero;
}
