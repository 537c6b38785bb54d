using System.Text.Json;
using Thaw.Core;
using Thaw.Store;

namespace Thaw.MicroBenchmarks.Store;

/// <summary>
/// Seals and opens the pages of an image that are not zero, chunk by chunk, on the calling thread. Counts processor
/// time of the whole process, garbage collection included, so that a busy machine distorts less.
/// </summary>
internal static class SealBenchmark
{
    internal static void Run(StoreArguments arguments)
    {
        using DataKey key = DataKey.Create(new SystemEntropy());
        using ChunkSealer sealer = new(key, Keyspace.Account("bench"), new SystemEntropy());
        foreach (string path in arguments.Images)
        {
            byte[] image = File.ReadAllBytes(path);
            byte[] pages = WithoutZeros(image);
            foreach (int chunkBytes in arguments.ChunkBytes)
            {
                Measure(Path.GetFileName(path), image.LongLength, pages, chunkBytes, sealer, arguments.Rounds);
            }
        }
    }

    private static void Measure(
        string name, long imageBytes, byte[] pages, int chunkBytes, ChunkSealer sealer, int rounds)
    {
        List<double> sealRates = [];
        List<double> openRates = [];
        long stored = 0;
        byte[] opened = new byte[chunkBytes];
        // The first round warms up and does not count.
        for (int round = 0; round <= rounds; round++)
        {
            List<Chunk> chunks = [];
            TimeSpan start = Environment.CpuUsage.TotalTime;
            for (int at = 0; at < pages.Length; at += chunkBytes)
            {
                chunks.Add(sealer.Seal(pages.AsSpan(at, Math.Min(chunkBytes, pages.Length - at))));
            }
            TimeSpan sealing = Environment.CpuUsage.TotalTime - start;
            start = Environment.CpuUsage.TotalTime;
            foreach (Chunk chunk in chunks)
            {
                sealer.Open(chunk.Id, chunk.Sealed.Span, opened);
            }
            TimeSpan opening = Environment.CpuUsage.TotalTime - start;
            stored = chunks.Sum(chunk => (long)chunk.Sealed.Length);
            if (round > 0)
            {
                sealRates.Add(pages.Length / 1048576.0 / sealing.TotalSeconds);
                openRates.Add(pages.Length / 1048576.0 / opening.TotalSeconds);
            }
        }
        SealFigures figures = new(
            name, chunkBytes / 1024, imageBytes, pages.Length, stored, Median(sealRates), Median(openRates));
        Console.WriteLine(JsonSerializer.Serialize(figures, FiguresJson.Default.SealFigures));
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return Math.Round(values[values.Count / 2], 1);
    }

    private static byte[] WithoutZeros(byte[] image)
    {
        using MemoryStream pages = new();
        for (int at = 0; at + PageSize.Bytes <= image.Length; at += PageSize.Bytes)
        {
            ReadOnlySpan<byte> page = image.AsSpan(at, PageSize.Bytes);
            if (page.ContainsAnyExcept((byte)0))
            {
                pages.Write(page);
            }
        }
        return pages.ToArray();
    }
}
