namespace Thaw.Core;

/// <summary>Sizes of x86-64 pages and rounding to them, in bytes.</summary>
public static class PageSize
{
    /// <summary>A base page: 4 KiB.</summary>
    public const int Bytes = 4096;

    /// <summary>log2 of <see cref="Bytes"/>.</summary>
    public const int Shift = 12;

    /// <summary>A large page: 2 MiB.</summary>
    public const int LargeBytes = 2 * 1024 * 1024;

    /// <summary>
    /// Rounds <paramref name="value"/> up to a multiple of <paramref name="alignment"/> (a power of two).
    /// </summary>
    public static ulong AlignUp(ulong value, ulong alignment) => (value + alignment - 1) & ~(alignment - 1);

    /// <summary>
    /// Whether <paramref name="value"/> is a multiple of <paramref name="alignment"/> (a power of two).
    /// </summary>
    public static bool IsAligned(ulong value, ulong alignment) => (value & (alignment - 1)) == 0;
}
