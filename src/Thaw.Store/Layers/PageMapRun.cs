namespace Thaw.Store;

/// <summary>Consecutive pages of a space that lie one behind the other in a layer's data, or are all zero.</summary>
/// <param name="First">Number of the first page in the space.</param>
/// <param name="Count">How many.</param>
/// <param name="Position">Number of the first page in the layer's data, or <see cref="ZeroPosition"/>.</param>
public readonly record struct PageMapRun(uint First, uint Count, uint Position)
{
    /// <summary>The position of pages that are zero and stored nowhere.</summary>
    public const uint ZeroPosition = uint.MaxValue;

    /// <summary>Whether the pages are zero.</summary>
    public bool IsZero => Position == ZeroPosition;

    /// <summary>Number of the page behind the last.</summary>
    public ulong End => (ulong)First + Count;

    /// <summary>A part of the run.</summary>
    internal PageMapRun Slice(uint first, uint count) =>
        new(first, count, IsZero ? ZeroPosition : Position + (first - First));

    /// <summary>Whether <paramref name="next"/> goes on where this run ends, in the space and in the data.</summary>
    internal bool IsContinuedBy(PageMapRun next) =>
        End == next.First && IsZero == next.IsZero && (IsZero || Position + Count == next.Position);
}
