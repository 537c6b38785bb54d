using System.Buffers;
using Microsoft.Win32.SafeHandles;
using Thaw.Core;

namespace Thaw.Store;

/// <summary>Writes a composed space into a sparse file: each chunk is loaded once, zero pages stay holes.</summary>
public sealed class SpaceFileWriter
{
    private readonly ChunkLoader _loader;
    private readonly int _parallelism;

    /// <summary>Writes what <paramref name="loader"/> loads.</summary>
    /// <param name="loader">Loads and verifies chunks.</param>
    /// <param name="parallelism">Chunks loaded at once.</param>
    public SpaceFileWriter(ChunkLoader loader, int parallelism = 8)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parallelism, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(parallelism, StoreLimits.ParallelismMax);
        _loader = loader;
        _parallelism = parallelism;
    }

    /// <summary>Writes the space into a new file.</summary>
    /// <exception cref="ChunkException">A chunk is missing or not what its name says.</exception>
    /// <exception cref="IOException">The store failed, or the file cannot be written.</exception>
    public async Task WriteAsync(PageResolver resolver, string path, CancellationToken cancellationToken)
    {
        using SafeFileHandle file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        RandomAccess.SetLength(file, resolver.Space.LengthBytes);
        HashSet<(int Depth, int SequenceIndex)> needed = [];
        foreach (PageSegment segment in resolver.Segments)
        {
            if (!segment.IsZero)
            {
                AddChunksOf(resolver, segment, needed);
            }
        }
        ParallelOptions options = new()
        {
            MaxDegreeOfParallelism = _parallelism,
            CancellationToken = cancellationToken,
        };
        // In the order of the layers' data, which is the order in which a store reads best.
        await Parallel.ForEachAsync(
            needed.Order(),
            options,
            (chunk, token) => WriteChunkAsync(resolver, chunk.Depth, chunk.SequenceIndex, file, token))
            .ConfigureAwait(false);
    }

    private static void AddChunksOf(
        PageResolver resolver, PageSegment segment, HashSet<(int Depth, int SequenceIndex)> needed)
    {
        LayerManifest manifest = resolver.Chain.Layers[segment.Depth].Manifest;
        int last = manifest.Locate(segment.Run.Position + segment.Count - 1).SequenceIndex;
        for (int i = manifest.Locate(segment.Run.Position).SequenceIndex; i <= last; i++)
        {
            needed.Add((segment.Depth, i));
        }
    }

    private async ValueTask WriteChunkAsync(
        PageResolver resolver, int depth, int sequenceIndex, SafeFileHandle file, CancellationToken cancellationToken)
    {
        OpenLayer layer = resolver.Chain.Layers[depth];
        uint start = layer.Manifest.StartOf(sequenceIndex);
        int pages = layer.Manifest.Chunks[layer.Manifest.Sequence[sequenceIndex]].Pages;
        byte[] content = ArrayPool<byte>.Shared.Rent(pages * PageSize.Bytes);
        try
        {
            await _loader.LoadAsync(layer, sequenceIndex, content, cancellationToken).ConfigureAwait(false);
            foreach (PageSegment part in resolver.PagesOf(depth, sequenceIndex))
            {
                long offset = (long)part.First * PageSize.Bytes;
                int length = (int)Math.Min(part.Count * (long)PageSize.Bytes, resolver.Space.LengthBytes - offset);
                RandomAccess.Write(
                    file, content.AsSpan((int)(part.Run.Position - start) * PageSize.Bytes, length), offset);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(content);
        }
    }
}
