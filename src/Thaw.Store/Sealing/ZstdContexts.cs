using System.Collections.Concurrent;
using Thaw.Linux;

namespace Thaw.Store;

/// <summary>Keeps zstd contexts for reuse, no more than threads can use at once.</summary>
internal static class ZstdContexts
{
    /// <summary>
    /// Level 1: memory images compress nearly as well as at the levels behind it, at twice their speed
    /// (docs/design/0010-chunk-store.md).
    /// </summary>
    internal const int ChunkLevel = 1;

    private static readonly int s_keptMax = Environment.ProcessorCount * 2;
    private static readonly ConcurrentBag<ZstdCompressor> s_compressors = [];
    private static readonly ConcurrentBag<ZstdDecompressor> s_decompressors = [];

    internal static bool TryCompress(ReadOnlySpan<byte> source, Span<byte> destination, out int written)
    {
        ZstdCompressor context =
            s_compressors.TryTake(out ZstdCompressor? kept) ? kept : new ZstdCompressor(ChunkLevel);
        try
        {
            return context.TryCompress(source, destination, out written);
        }
        finally
        {
            Return(s_compressors, context);
        }
    }

    internal static bool TryDecompress(ReadOnlySpan<byte> source, Span<byte> destination, out int written)
    {
        ZstdDecompressor context = s_decompressors.TryTake(out ZstdDecompressor? kept) ? kept : new ZstdDecompressor();
        try
        {
            return context.TryDecompress(source, destination, out written);
        }
        finally
        {
            Return(s_decompressors, context);
        }
    }

    private static void Return<T>(ConcurrentBag<T> kept, T context)
        where T : IDisposable
    {
        if (kept.Count < s_keptMax)
        {
            kept.Add(context);
        }
        else
        {
            context.Dispose();
        }
    }
}
