using Thaw.Core;

namespace Thaw.Store;

/// <summary>
/// Reads a composed space page by page, keeping the last chunks that it opened. Not for several threads at once.
/// </summary>
public sealed class LayerPageReader : IPageReader
{
    private const int ChunksKept = 4;

    private readonly PageResolver _resolver;
    private readonly ChunkLoader _loader;
    private readonly List<OpenedChunk> _kept = new(ChunksKept);

    /// <summary>Reads the space of <paramref name="resolver"/>, whose chain stays open meanwhile.</summary>
    public LayerPageReader(PageResolver resolver, ChunkLoader loader)
    {
        _resolver = resolver;
        _loader = loader;
    }

    private sealed record OpenedChunk(int Depth, int SequenceIndex, byte[] Content);

    /// <inheritdoc/>
    /// <exception cref="ChunkException">A chunk is missing or not what its name says.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public async ValueTask ReadAsync(uint firstPage, Memory<byte> destination, CancellationToken cancellationToken)
    {
        ulong end = Math.Min(
            firstPage + ((ulong)destination.Length / PageSize.Bytes), (ulong)_resolver.Space.PageCount);
        ulong page = firstPage;
        while (page < end)
        {
            PageSegment segment = _resolver.Resolve((uint)page);
            uint count = (uint)Math.Min(segment.Count, end - page);
            Memory<byte> part = Slice(destination, page - firstPage, count);
            if (segment.IsZero)
            {
                part.Span.Clear();
            }
            else
            {
                count = await ReadPartAsync(segment, part, cancellationToken).ConfigureAwait(false);
            }
            page += count;
        }
        if (page < firstPage)
        {
            page = firstPage;
        }
        destination.Span[(int)((page - firstPage) * PageSize.Bytes)..].Clear();
    }

    private static Memory<byte> Slice(Memory<byte> destination, ulong page, uint count) =>
        destination.Slice((int)page * PageSize.Bytes, (int)count * PageSize.Bytes);

    // As much as the first page's chunk has.
    private async ValueTask<uint> ReadPartAsync(
        PageSegment segment, Memory<byte> destination, CancellationToken cancellationToken)
    {
        LayerManifest manifest = _resolver.Chain.Layers[segment.Depth].Manifest;
        ChunkPosition at = manifest.Locate(segment.Run.Position);
        byte[] content = await OpenAsync(segment.Depth, at.SequenceIndex, cancellationToken).ConfigureAwait(false);
        int offset = at.PageInChunk * PageSize.Bytes;
        int count = Math.Min(destination.Length, content.Length - offset);
        content.AsSpan(offset, count).CopyTo(destination.Span);
        return (uint)(count / PageSize.Bytes);
    }

    private async ValueTask<byte[]> OpenAsync(int depth, int sequenceIndex, CancellationToken cancellationToken)
    {
        int found = _kept.FindIndex(chunk => chunk.Depth == depth && chunk.SequenceIndex == sequenceIndex);
        if (found >= 0)
        {
            OpenedChunk chunk = _kept[found];
            _kept.RemoveAt(found);
            _kept.Add(chunk);
            return chunk.Content;
        }
        OpenLayer layer = _resolver.Chain.Layers[depth];
        int pages = layer.Manifest.Chunks[layer.Manifest.Sequence[sequenceIndex]].Pages;
        byte[] content = GC.AllocateUninitializedArray<byte>(pages * PageSize.Bytes);
        await _loader.LoadAsync(layer, sequenceIndex, content, cancellationToken).ConfigureAwait(false);
        if (_kept.Count == ChunksKept)
        {
            _kept.RemoveAt(0);
        }
        _kept.Add(new OpenedChunk(depth, sequenceIndex, content));
        return content;
    }
}
