namespace Thaw.Pager.Sources;

/// <summary>Consecutive pages that one layer changed last.</summary>
/// <param name="First">Number of the first page.</param>
/// <param name="Count">How many.</param>
/// <param name="Layer">Which layer: 0 is the leaf.</param>
/// <param name="IsZero">Whether they are zero.</param>
internal readonly record struct SourceRun(uint First, uint Count, int Layer, bool IsZero)
{
    /// <summary>Number of the page behind the last.</summary>
    internal uint End => First + Count;
}
