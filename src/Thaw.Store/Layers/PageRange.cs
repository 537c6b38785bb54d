namespace Thaw.Store;

/// <summary>Consecutive pages of 4 KiB.</summary>
/// <param name="First">Number of the first.</param>
/// <param name="Count">How many.</param>
public readonly record struct PageRange(uint First, uint Count)
{
    /// <summary>Number of the page behind the last.</summary>
    public ulong End => (ulong)First + Count;
}
