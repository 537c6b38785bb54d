using System.Numerics;

namespace Thaw.Worker.Checks;

/// <summary>
/// Tells bytes that look random from pointers, small numbers, text, program code and headers of TCP segments.
/// </summary>
internal static class RandomBytes
{
    /// <summary>How many bytes are judged at once: with fewer, chance looks like order.</summary>
    internal const int WindowBytes = 16;

    /// <summary>Random bytes have fewer different ones in 1 of 20,000 windows.</summary>
    private const int DistinctMin = 12;

    /// <summary>Random bytes have more zeros and 0xff in 1 of 150 windows; pointers and flags always do.</summary>
    private const int PaddingMax = 1;

    /// <summary>
    /// Random bytes have fewer with the highest bit, or fewer without, in 1 of 240 windows; text between line ends and
    /// code for interpreters nearly always do.
    /// </summary>
    private const int HighBitMin = 3;

    private const ulong TopBits = 0xffff_0000_0000_0000;

    /// <summary>Whether a window looks random.</summary>
    internal static bool IsLikely(ReadOnlySpan<byte> window, ulong low, ulong high)
    {
        if ((low & TopBits) is 0 or TopBits || (high & TopBits) is 0 or TopBits
            || IsText(window[..(WindowBytes / 2)]) || IsText(window[(WindowBytes / 2)..]))
        {
            return false;
        }
        ulong seen0 = 0;
        ulong seen1 = 0;
        ulong seen2 = 0;
        ulong seen3 = 0;
        int padding = 0;
        int printable = 0;
        int highBit = 0;
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
            highBit += value >> 7;
            printable += value is >= 0x20 and < 0x7f ? 1 : 0;
        }
        int distinct = BitOperations.PopCount(seen0) + BitOperations.PopCount(seen1)
            + BitOperations.PopCount(seen2) + BitOperations.PopCount(seen3);
        return distinct >= DistinctMin && padding <= PaddingMax && printable < WindowBytes - 2
            && highBit is >= HighBitMin and <= WindowBytes - HighBitMin && !IsSegment(window);
    }

    /// <summary>
    /// Whether half a window is text, with what may separate lines: random bytes are so in 1 of 1,000 windows. Beside a
    /// text's end lies what was there before.
    /// </summary>
    private static bool IsText(ReadOnlySpan<byte> half)
    {
        foreach (byte value in half)
        {
            if (value is not ((>= 0x20 and < 0x7f) or (byte)'\t' or (byte)'\r' or (byte)'\n'))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>
    /// Whether this is a TCP segment's header from its ports to its window (RFC 9293, section 3.1). A guest's
    /// connections are its own, and live on in all of its clones with the sequence numbers that they had.
    /// </summary>
    private static bool IsSegment(ReadOnlySpan<byte> window)
    {
        const int offsetAt = 12;
        const int flagsAt = 13;
        const int wordsMin = 5;
        const byte acknowledge = 0x10;
        const byte pushOrFinish = 0x09;
        // Between random bytes this comes about once in 1,500 windows.
        return window[offsetAt] >> 4 >= wordsMin && (window[offsetAt] & 0xf) == 0
            && (window[flagsAt] & ~pushOrFinish) == acknowledge;
    }
}
