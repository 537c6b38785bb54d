using Thaw.Core;

namespace Thaw.Store.Tests;

/// <summary>Contents made of pages, the same for the same seed.</summary>
public static class Pages
{
    public const int Bytes = PageSize.Bytes;

    /// <summary>Pages of all kinds: zero, text-like, random, and copies of earlier ones.</summary>
    public static byte[] Mixed(int seed, int count)
    {
        Random random = new(seed);
        byte[] content = new byte[count * Bytes];
        for (int i = 0; i < count; i++)
        {
            Fill(random, content, i);
        }
        return content;
    }

    /// <summary>A copy in which about one page in <paramref name="oneIn"/> is another.</summary>
    public static byte[] Changed(byte[] content, int seed, int oneIn, List<PageRange>? dirty = null)
    {
        Random random = new(seed);
        byte[] changed = [.. content];
        for (int i = 0; i < content.Length / Bytes; i++)
        {
            int dice = random.Next(oneIn);
            if (dice == 0)
            {
                Fill(random, changed, i);
            }
            // A dirty page may have the content that it had before.
            if (dice <= 1)
            {
                dirty?.Add(new PageRange((uint)i, 1));
            }
        }
        return changed;
    }

    public static Span<byte> Of(byte[] content, int page) => content.AsSpan(page * Bytes, Bytes);

    private static void Fill(Random random, byte[] content, int page)
    {
        Span<byte> bytes = Of(content, page);
        switch (random.Next(4))
        {
            case 0:
                bytes.Clear();
                break;
            case 1:
                random.NextBytes(bytes);
                break;
            case 2 when page > 0:
                Of(content, random.Next(page)).CopyTo(bytes);
                break;
            default:
                for (int i = 0; i < Bytes; i++)
                {
                    bytes[i] = (byte)('a' + random.Next(3));
                }
                break;
        }
    }
}
