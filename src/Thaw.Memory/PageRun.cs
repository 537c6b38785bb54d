namespace Thaw.Memory;

/// <summary>Consecutive pages of 4 KiB within a region.</summary>
/// <param name="First">Index of the first page.</param>
/// <param name="Count">How many pages.</param>
public readonly record struct PageRun(ulong First, ulong Count);
