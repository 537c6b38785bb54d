namespace Thaw.Store;

/// <summary>A part of a working set's pages that is read at once.</summary>
/// <param name="Pages">Its pages, in the order in which they lie in it.</param>
/// <param name="PageCount">How many they are.</param>
/// <param name="Offset">Where it lies in the object.</param>
/// <param name="SealedBytes">Its length there.</param>
public sealed record WorkingSetBlock(IReadOnlyList<PageRange> Pages, int PageCount, long Offset, int SealedBytes);
