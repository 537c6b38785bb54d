using System.Buffers;

namespace Thaw.Dev.Bench.Store;

/// <summary>Runs tools in turn on the same images, and takes medians.</summary>
internal static class StoreBench
{
    private const int PageBytes = 4096;
    private const double BytesPerMiB = 1 << 20;

    /// <summary>All tools.</summary>
    public static IReadOnlyList<IStoreTool> Tools { get; } =
    [
        new ThawTool(), new ResticTool(), new BorgTool("borg", "lz4"), new BorgTool("borg-zstd", "zstd,1"),
    ];

    /// <summary>Measures.</summary>
    /// <param name="images">What to store.</param>
    /// <param name="tools">What stores it.</param>
    /// <param name="rounds">How often each does it; one after the other, so that a busy time hits all.</param>
    /// <param name="work">A folder for stores and restored files; emptied again.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="DevException">A tool failed, or gave back something else than it was given.</exception>
    public static async Task<IReadOnlyList<StoreFigures>> RunAsync(
        IReadOnlyList<BenchImage> images,
        IReadOnlyList<IStoreTool> tools,
        int rounds,
        string work,
        CancellationToken cancellationToken)
    {
        Dictionary<(BenchImage Image, IStoreTool Tool), List<StoreRun>> runs = [];
        for (int round = 1; round <= rounds; round++)
        {
            foreach (BenchImage image in images)
            {
                foreach (IStoreTool tool in tools)
                {
                    StoreRun run = await StepLog.RunAsync(
                        $"Round {round} of {rounds}: {image.Name} with {tool.Name}",
                        _ => RunOnceAsync(image, tool, work, cancellationToken));
                    if (!runs.TryGetValue((image, tool), out List<StoreRun>? list))
                    {
                        runs[(image, tool)] = list = [];
                    }

                    list.Add(run);
                }
            }
        }

        return [.. images.SelectMany(image =>
        {
            (long length, long notZero) = Measure(image.Path);
            return tools.Select(tool => Summarise(image, tool, length, notZero, runs[(image, tool)]));
        })];
    }

    private static async Task<StoreRun> RunOnceAsync(
        BenchImage image, IStoreTool tool, string work, CancellationToken cancellationToken)
    {
        string own = Path.Combine(work, $"{image.Name}-{tool.Name}");
        Directory.CreateDirectory(own);
        try
        {
            StoreRun run = await tool.RunAsync(image, own, cancellationToken);
            (int different, List<string> said) = await ChildProcess.CaptureAsync(
                "cmp", [image.Path, run.Restored], null, cancellationToken);
            return different == 0
                ? run
                : throw new DevException($"{tool.Name} gave back something else: {string.Join(' ', said)}");
        }
        finally
        {
            Directory.Delete(own, recursive: true);
        }
    }

    private static StoreFigures Summarise(
        BenchImage image, IStoreTool tool, long length, long notZero, List<StoreRun> runs)
    {
        double mib = length / BytesPerMiB;
        // A start varies less over the runs than it would be off in a single one.
        Cost sealStart = Median(runs, run => run.SealStart);
        Cost openStart = Median(runs, run => run.OpenStart);
        List<double> Rates(Func<StoreRun, double> seconds) => [.. runs.Select(run => mib / seconds(run)).Order()];
        List<double> seal = Rates(run => run.Seal.Less(sealStart).CpuSeconds);
        List<double> open = Rates(run => run.Open.Less(openStart).CpuSeconds);
        return new StoreFigures
        {
            Image = image.Name,
            Tool = tool.Name,
            SealMibSPerCore = Median(seal),
            OpenMibSPerCore = Median(open),
            BytesIn = length,
            BytesNotZero = notZero,
            BytesStored = runs.Select(run => run.BytesStored).Order().ElementAt(runs.Count / 2),
            SealMibSWall = Median(Rates(run => run.Seal.Less(sealStart).WallSeconds)),
            OpenMibSWall = Median(Rates(run => run.Open.Less(openStart).WallSeconds)),
            SealMibSPerCoreRange = [Math.Round(seal[0], 1), Math.Round(seal[^1], 1)],
            OpenMibSPerCoreRange = [Math.Round(open[0], 1), Math.Round(open[^1], 1)],
        };
    }

    private static Cost Median(List<StoreRun> runs, Func<StoreRun, Cost> cost) => new(
        Middle([.. runs.Select(run => cost(run).CpuSeconds).Order()]),
        Middle([.. runs.Select(run => cost(run).WallSeconds).Order()]));

    private static double Median(List<double> sorted) => Math.Round(Middle(sorted), 1);

    private static double Middle(List<double> sorted) =>
        (sorted[sorted.Count / 2] + sorted[(sorted.Count - 1) / 2]) / 2;

    private static (long Length, long NotZero) Measure(string path)
    {
        using FileStream file = File.OpenRead(path);
        byte[] block = ArrayPool<byte>.Shared.Rent(256 * PageBytes);
        long notZero = 0;
        int read;
        while ((read = file.ReadAtLeast(block, block.Length, throwOnEndOfStream: false)) > 0)
        {
            for (int at = 0; at < read; at += PageBytes)
            {
                int length = Math.Min(PageBytes, read - at);
                notZero += block.AsSpan(at, length).ContainsAnyExcept((byte)0) ? length : 0;
            }
        }

        ArrayPool<byte>.Shared.Return(block);
        return (file.Length, notZero);
    }
}
