using System.Text.Json;
using Thaw.Core;
using Thaw.Store;

namespace Thaw.MicroBenchmarks.Store;

/// <summary>Publishes images as layers over one another and says what they weigh and what a clone would move.</summary>
internal static class TreeBenchmark
{
    internal static async Task RunAsync(StoreArguments arguments, CancellationToken cancellationToken)
    {
        string keyPath = Path.Combine(Directory.CreateTempSubdirectory("thaw-bench-").FullName, "keys.json");
        try
        {
            foreach (int chunkBytes in arguments.ChunkBytes)
            {
                await RunAsync(arguments, chunkBytes, keyPath, cancellationToken);
            }
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(keyPath)!, recursive: true);
        }
    }

    private static async Task RunAsync(
        StoreArguments arguments, int chunkBytes, string keyPath, CancellationToken cancellationToken)
    {
        SystemEntropy entropy = new();
        MemoryChunkStore store = new(TimeProvider.System);
        LocalKeyFileService keys = new(keyPath, entropy, TimeProvider.System);
        StoreGate gate = new(store, entropy, TimeProvider.System);
        LayerPublisher publisher = new(store, gate, keys, entropy, TimeProvider.System);
        LayerLoader loader = new(store, keys, entropy);
        LayerId parent = default;
        for (int i = 0; i < arguments.Images.Count; i++)
        {
            using FilePageReader image = new(arguments.Images[i]);
            LayerManifest layer = await publisher.PublishAsync(
                new PublishRequest
                {
                    Kind = LayerKind.Boot,
                    Keyspace = Keyspace.Service,
                    ParentId = parent,
                    PagesPerChunk = chunkBytes / PageSize.Bytes,
                    Spaces =
                    [
                        new SpaceSource { Name = LayerSpace.Memory, LengthBytes = image.LengthBytes, Content = image },
                    ],
                },
                cancellationToken);
            parent = layer.Id;
            StoreEntry? manifest = await store.FindAsync(StoreName.For(StoreArea.Layer, layer.Id), cancellationToken);
            using LayerChain chain = await loader.LoadChainAsync(layer.Id, cancellationToken);
            (long Pages, long Chunks, long Bytes)? moved = i + 1 < arguments.Images.Count
                ? Moved(chain, arguments.Images[i], arguments.Images[i + 1])
                : null;
            LayerFigures figures = new(
                Path.GetFileName(arguments.Images[i]),
                chunkBytes / 1024,
                layer.Totals.OwnPages,
                layer.Chunks.Length,
                layer.Totals.BytesStored,
                manifest!.Value.SizeBytes,
                moved?.Pages,
                moved?.Chunks,
                moved?.Bytes);
            Console.WriteLine(JsonSerializer.Serialize(figures, FiguresJson.Default.LayerFigures));
        }
    }

    private static (long Pages, long Chunks, long Bytes) Moved(LayerChain chain, string before, string after)
    {
        PageResolver resolver = chain.Resolve(LayerSpace.Memory);
        byte[] old = File.ReadAllBytes(before);
        byte[] fresh = File.ReadAllBytes(after);
        HashSet<(int Depth, int Chunk)> chunks = [];
        long pages = 0;
        for (int page = 0; page < resolver.Space.PageCount; page++)
        {
            int at = page * PageSize.Bytes;
            PageSegment segment = resolver.Resolve((uint)page);
            if (!segment.IsZero && !old.AsSpan(at, PageSize.Bytes).SequenceEqual(fresh.AsSpan(at, PageSize.Bytes)))
            {
                LayerManifest manifest = chain.Layers[segment.Depth].Manifest;
                chunks.Add((segment.Depth, manifest.Sequence[manifest.Locate(segment.Run.Position).SequenceIndex]));
                pages++;
            }
        }
        long bytes = chunks.Sum(chunk => (long)chain.Layers[chunk.Depth].Manifest.Chunks[chunk.Chunk].SealedBytes);
        return (pages, chunks.Count, bytes);
    }
}
