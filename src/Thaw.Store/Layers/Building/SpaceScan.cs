using System.Buffers;
using Thaw.Core;

namespace Thaw.Store;

/// <summary>Looks at the pages of one space: equal to the parent's, zero, or to be stored.</summary>
internal sealed class SpaceScan
{
    private const int BatchPages = 64;

    private readonly SpaceSource _source;
    private readonly IPageReader? _base;
    private readonly long _basePages;
    private readonly ChunkPacker _packer;
    private readonly List<PageMapRun> _runs = [];

    /// <summary>Scans a space.</summary>
    /// <param name="source">The space.</param>
    /// <param name="parent">What the parent has, or null.</param>
    /// <param name="basePages">How many pages the parent has; those behind are recorded in any case.</param>
    /// <param name="packer">Takes what is to be stored.</param>
    internal SpaceScan(SpaceSource source, IPageReader? parent, long basePages, ChunkPacker packer)
    {
        _source = source;
        _base = parent;
        _basePages = parent is null ? 0 : basePages;
        _packer = packer;
    }

    internal async ValueTask<LayerSpace> RunAsync(IEnumerable<PageRange> priority, CancellationToken cancellationToken)
    {
        long pageCount = LayerSpace.PagesIn(_source.LengthBytes);
        PageSelection selection = PageSelection.Create(pageCount, _source.Changed);
        RecordUnchanged(selection, pageCount);
        byte[] content = ArrayPool<byte>.Shared.Rent(BatchPages * PageSize.Bytes);
        byte[] parent = ArrayPool<byte>.Shared.Rent(BatchPages * PageSize.Bytes);
        try
        {
            foreach (PageRange range in priority)
            {
                await ScanAsync(selection, range, content, parent, cancellationToken).ConfigureAwait(false);
            }
            // The working set has chunks of its own: prefetching it reads nothing else.
            await _packer.CutAsync(cancellationToken).ConfigureAwait(false);
            await ScanAsync(selection, new PageRange(0, (uint)pageCount), content, parent, cancellationToken)
                .ConfigureAwait(false);
            await _packer.CutAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(content);
            ArrayPool<byte>.Shared.Return(parent);
        }
        return new LayerSpace(_source.Name, _source.LengthBytes, _base is not null, PageMap.Create(_runs));
    }

    // Pages that nobody looks at are the parent's, or zero where the parent has none.
    private void RecordUnchanged(PageSelection selection, long pageCount)
    {
        for (long page = _basePages; page < pageCount; page++)
        {
            if (!selection.Has((uint)page))
            {
                Record(new PageMapRun((uint)page, 1, PageMapRun.ZeroPosition));
            }
        }
    }

    private async ValueTask ScanAsync(
        PageSelection selection, PageRange range, byte[] content, byte[] parent, CancellationToken cancellationToken)
    {
        foreach (PageRange batch in selection.Take(range, BatchPages))
        {
            int length = (int)batch.Count * PageSize.Bytes;
            await _source.Content.ReadAsync(batch.First, content.AsMemory(0, length), cancellationToken)
                .ConfigureAwait(false);
            if (_base is not null)
            {
                await _base.ReadAsync(batch.First, parent.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            }
            for (int i = 0; i < (int)batch.Count; i++)
            {
                if (Sort(batch.First + (uint)i, content.AsSpan(i * PageSize.Bytes, PageSize.Bytes), parent, i))
                {
                    await _packer.CutAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    // True when the packer wants its chunk cut.
    private bool Sort(uint page, ReadOnlySpan<byte> content, byte[] parent, int index)
    {
        bool isInParent = _base is not null && page < _basePages;
        if (isInParent && content.SequenceEqual(parent.AsSpan(index * PageSize.Bytes, PageSize.Bytes)))
        {
            return false;
        }
        if (!content.ContainsAnyExcept((byte)0))
        {
            Record(new PageMapRun(page, 1, PageMapRun.ZeroPosition));
            return false;
        }
        Record(new PageMapRun(page, 1, _packer.Position));
        return _packer.Add(content);
    }

    private void Record(PageMapRun run)
    {
        if (_runs.Count > 0 && _runs[^1].IsContinuedBy(run))
        {
            _runs[^1] = _runs[^1] with { Count = _runs[^1].Count + run.Count };
        }
        else
        {
            _runs.Add(run);
        }
    }
}
