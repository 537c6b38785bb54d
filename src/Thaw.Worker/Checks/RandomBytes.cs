using System.Numerics;

namespace Thaw.Worker.Checks;

/// <summary>Tells bytes that look random from pointers, small numbers, text and page tables.</summary>
internal static class RandomBytes
{
    /// <summary>How many bytes are judged at once: with fewer, chance looks like order.</summary>
    internal const int WindowBytes = 16;

    /// <summary>Random bytes have fewer different ones in 1 of 20,000 windows.</summary>
    private const int DistinctMin = 12;

    /// <summary>Random bytes have more zeros and 0xff in 1 of 150 windows; pointers and flags always do.</summary>
    private const int PaddingMax = 1;

    private const ulong TopBits = 0xffff_0000_0000_0000;

    /// <summary>Whether a window looks random.</summary>
    internal static bool IsLikely(ReadOnlySpan<byte> window, ulong low, ulong high)
    {
        if ((low & TopBits) is 0 or TopBits || (high & TopBits) is 0 or TopBits)
        {
            return false;
        }
        ulong seen0 = 0;
        ulong seen1 = 0;
        ulong seen2 = 0;
        ulong seen3 = 0;
        int padding = 0;
        int printable = 0;
        foreach (byte value in window)
        {
            ulong bit = 1UL << (value & 63);
            switch (value >> 6)
            {
                case 0: seen0 |= bit; break;
                case 1: seen1 |= bit; break;
                case 2: seen2 |= bit; break;
                default: seen3 |= bit; break;
            }
            padding += value is 0 or 0xff ? 1 : 0;
            printable += value is >= 0x20 and < 0x7f ? 1 : 0;
        }
        int distinct = BitOperations.PopCount(seen0) + BitOperations.PopCount(seen1)
            + BitOperations.PopCount(seen2) + BitOperations.PopCount(seen3);
        return distinct >= DistinctMin && padding <= PaddingMax && printable < WindowBytes - 2;
    }
}
