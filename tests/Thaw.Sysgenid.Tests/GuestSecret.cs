using System.Buffers.Binary;

namespace Thaw.Sysgenid.Tests;

/// <summary>The secrets that the guest's last stage leaves in memory (<c>Guest/residue.c</c>).</summary>
internal static class GuestSecret
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private const ulong Mix1 = 0xBF58476D1CE4E5B9;
    private const ulong Mix2 = 0x94D049BB133111EB;
    private const int PatternWords = 4;
    private const int PageWords = 4096 / sizeof(ulong);

    /// <summary>In memory that nobody marked.</summary>
    public const ulong Control = 1;

    /// <summary>Parts of a secret of that seed, from the beginning and the middle of a page: 32 bytes each.</summary>
    /// <remarks>Long enough never to be in registers, or anywhere by chance.</remarks>
    public static IReadOnlyList<byte[]> PatternsOf(ulong seed) =>
        [Pattern(seed, 0), Pattern(seed, PageWords / 2), Pattern(seed, 31 * PageWords)];

    private static byte[] Pattern(ulong seed, int firstWord)
    {
        byte[] pattern = new byte[PatternWords * sizeof(ulong)];
        for (int i = 0; i < PatternWords; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(
                pattern.AsSpan(i * sizeof(ulong)), WordAt(seed, (ulong)(firstWord + i)));
        }

        return pattern;
    }

    private static ulong WordAt(ulong seed, ulong index)
    {
        ulong value = seed + ((index + 1) * Golden);
        value = (value ^ (value >> 30)) * Mix1;
        value = (value ^ (value >> 27)) * Mix2;
        return value ^ (value >> 31);
    }
}
