namespace Thaw.Pager.WorkingSets;

/// <summary>Consecutive pages of a working set.</summary>
/// <param name="First">Number of the first.</param>
/// <param name="Count">How many.</param>
internal readonly record struct PageSpan(uint First, uint Count);
