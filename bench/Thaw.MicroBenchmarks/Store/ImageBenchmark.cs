using System.Diagnostics;
using System.Text.Json;
using Thaw.Linux;
using Thaw.Store;

namespace Thaw.MicroBenchmarks.Store;

/// <summary>
/// What the service does with a snapshot's memory, all of it: an image becomes a layer in a local store, with
/// everything flushed; then the layer becomes a file again, with everything verified.
/// </summary>
internal static class ImageBenchmark
{
    private const int WarmUps = 3;

    /// <summary>One line that says what is measured.</summary>
    internal static string Description =>
        $"thaw: chunks of {StoreLimits.PagesPerChunkDefault * 4} KiB, zstd level {ChunkSealer.CompressionLevel} "
        + $"(libzstd {ZstdCompressor.LibraryVersion}), AES-256-GCM, service key";

    /// <summary>Does it some times to warm up, as a service is, then once with the clock running.</summary>
    /// <param name="image">The image.</param>
    /// <param name="work">Gets <c>store</c> and <c>restored</c>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal static async Task RunAsync(string image, string work, CancellationToken cancellationToken)
    {
        string warm = Path.Combine(work, "warm");
        for (int i = 0; i < WarmUps; i++)
        {
            Directory.CreateDirectory(warm);
            await MeasureAsync(image, warm, cancellationToken);
            Directory.Delete(warm, recursive: true);
        }

        ImageFigures figures = await MeasureAsync(image, work, cancellationToken);
        Console.WriteLine(JsonSerializer.Serialize(figures, FiguresJson.Default.ImageFigures));
    }

    private static async Task<ImageFigures> MeasureAsync(
        string image, string work, CancellationToken cancellationToken)
    {
        SystemEntropy entropy = new();
        LocalChunkStore store = new(Path.Combine(work, "store"), Durability.Full, entropy);
        LocalKeyFileService keys = new(Path.Combine(work, "keys.json"), entropy, TimeProvider.System);
        GC.Collect();
        (LayerId id, TimeSpan sealCpu, TimeSpan sealWall) = await TimeAsync(
            () => SealAsync(image, store, keys, entropy, cancellationToken));
        GC.Collect();
        (_, TimeSpan openCpu, TimeSpan openWall) = await TimeAsync(
            () => OpenAsync(id, Path.Combine(work, "restored"), store, keys, entropy, cancellationToken));
        return new ImageFigures(
            sealCpu.TotalSeconds, sealWall.TotalSeconds, openCpu.TotalSeconds, openWall.TotalSeconds);
    }

    private static async Task<(T Result, TimeSpan Cpu, TimeSpan Wall)> TimeAsync<T>(Func<Task<T>> work)
    {
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        T result = await work();
        return (result, Environment.CpuUsage.TotalTime - cpu, Stopwatch.GetElapsedTime(start));
    }

    private static async Task<LayerId> SealAsync(
        string path, LocalChunkStore store, LocalKeyFileService keys, SystemEntropy entropy,
        CancellationToken cancellationToken)
    {
        using FilePageReader image = new(path);
        StoreGate gate = new(store, entropy, TimeProvider.System);
        LayerPublisher publisher = new(store, gate, keys, entropy, TimeProvider.System);
        LayerManifest layer = await publisher.PublishAsync(
            new PublishRequest
            {
                Kind = LayerKind.Boot,
                Keyspace = Keyspace.Service,
                Spaces =
                [
                    new SpaceSource { Name = LayerSpace.Memory, LengthBytes = image.LengthBytes, Content = image },
                ],
            },
            cancellationToken);
        return layer.Id;
    }

    private static async Task<LayerId> OpenAsync(
        LayerId id, string path, LocalChunkStore store, LocalKeyFileService keys, SystemEntropy entropy,
        CancellationToken cancellationToken)
    {
        LayerLoader loader = new(store, keys, entropy);
        using LayerChain chain = await loader.LoadChainAsync(id, cancellationToken);
        SpaceFileWriter writer = new(new ChunkLoader(store));
        await writer.WriteAsync(chain.Resolve(LayerSpace.Memory), path, cancellationToken);
        return id;
    }
}
