using System.Buffers;
using Thaw.Core;
using Thaw.Pager.Clones;
using Thaw.Pager.Fetching;
using Thaw.Pager.Images;
using Thaw.Pager.Sources;
using Thaw.Pager.Views;
using Thaw.Store;

namespace Thaw.Pager.WorkingSets;

/// <summary>Loads a working set beside a guest, several chunks at a time, in the order in which it is missed.</summary>
internal sealed class Prefetch
{
    private readonly MemoryView _view;
    private readonly ChunkFetcher _fetcher;
    private readonly IReadOnlyList<uint> _pages;
    private readonly CloneCounters _counters;
    private readonly PageBitmap _missing;

    // The set's pages by the chunk that they come in, so that those who load never wait for the same one.
    private readonly List<List<uint>> _groups = [];
    private int _next;
    private int _nextBlock;
    private int _failures;
    private volatile bool _isStopped;

    internal Prefetch(
        MemoryView view, ChunkFetcher fetcher, IReadOnlyList<uint> pages, CloneCounters counters)
    {
        _view = view;
        _fetcher = fetcher;
        _pages = pages;
        _counters = counters;
        _missing = new PageBitmap(view.Source.PageCount);
        List<uint> there = [];
        _groups.Add(there);
        Dictionary<ChunkRef, List<uint>> byChunk = [];
        foreach (uint page in pages)
        {
            if (view.Has(page))
            {
                there.Add(page);
                continue;
            }
            _missing.Mark(page);
            ChunkRef chunk = view.Source.ChunkOf(page);
            if (!byChunk.TryGetValue(chunk, out List<uint>? group))
            {
                group = [];
                byChunk.Add(chunk, group);
                _groups.Add(group);
            }
            group.Add(page);
        }
    }

    /// <summary>Whether all pages are in memory.</summary>
    internal bool IsDone { get; private set; }

    /// <summary>Copies of the set's pages in a few pieces; null when there are none.</summary>
    internal WorkingSetPages? Copies { get; init; }

    /// <summary>Called for each page of the set that is in memory, perhaps more than once; any thread.</summary>
    internal Action<uint>? OnPage { get; init; }

    /// <summary>Pages that were not in memory when it began and are now.</summary>
    internal long CountPrefetched(out long wasted, IReadOnlySet<uint>? touched)
    {
        long prefetched = 0;
        wasted = 0;
        foreach (uint page in _pages)
        {
            if (_missing[page] && _view.Has(page))
            {
                prefetched++;
                wasted += touched is not null && !touched.Contains(page) ? 1 : 0;
            }
        }
        return prefetched;
    }

    /// <summary>Gives up what is not under way.</summary>
    internal void Stop() => _isStopped = true;

    /// <summary>Runs to the end; failures end it early and are nobody's.</summary>
    internal async Task RunAsync()
    {
        if (!_view.TryHold())
        {
            return;
        }
        try
        {
            if (Copies is not null)
            {
                await Task.WhenAll(
                    Enumerable.Range(0, PagerLimits.CopyFlightsMax).Select(_ => Task.Run(LoadCopiesAsync)))
                    .ConfigureAwait(false);
            }
            // What the copies don't have, or all of it where they are gone.
            await Task.WhenAll(Enumerable.Range(0, PagerLimits.PrefetchFlightsMax).Select(_ => Task.Run(LoadAsync)))
                .ConfigureAwait(false);
            IsDone = !_isStopped && Volatile.Read(ref _failures) == 0;
        }
        finally
        {
            _view.Release();
        }
    }

    private async Task LoadCopiesAsync()
    {
        IReadOnlyList<WorkingSetBlock> blocks = Copies!.Blocks;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(WorkingSetPagesStore.BlockPages * PageSize.Bytes);
        try
        {
            while (!_isStopped && Interlocked.Increment(ref _nextBlock) - 1 is int index && index < blocks.Count)
            {
                WorkingSetBlock block = blocks[index];
                if (block.Pages.All(IsThere))
                {
                    continue;
                }
                if (!await Copies.TryReadAsync(index, buffer, CancellationToken.None).ConfigureAwait(false))
                {
                    return;
                }
                Interlocked.Add(ref _counters.BytesMoved, block.SealedBytes);
                Interlocked.Add(ref _counters.BytesFromOrigin, block.SealedBytes);
                Install(block, buffer);
            }
        }
        catch (IOException)
        {
            // Chunks have them too, and say what is wrong.
            return;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private bool IsThere(PageRange range)
    {
        for (uint page = range.First; page < range.End; page++)
        {
            if (!_view.Has(page))
            {
                return false;
            }
        }
        return true;
    }

    private void Install(WorkingSetBlock block, ReadOnlySpan<byte> content)
    {
        int at = 0;
        foreach (PageRange range in block.Pages)
        {
            int length = (int)range.Count * PageSize.Bytes;
            _view.Install(range.First, content.Slice(at, length));
            at += length;
            for (uint page = range.First; page < range.End; page++)
            {
                OnPage?.Invoke(page);
            }
        }
    }

    private async Task LoadAsync()
    {
        while (!_isStopped && Interlocked.Increment(ref _next) - 1 is int index && index < _groups.Count)
        {
            foreach (uint page in _groups[index])
            {
                // The first brings the others.
                if (!_view.Has(page) && !await TryFetchAsync(page).ConfigureAwait(false))
                {
                    return;
                }
                OnPage?.Invoke(page);
            }
        }
    }

    private async Task<bool> TryFetchAsync(uint page)
    {
        try
        {
            ChunkLoad load = await _fetcher.FetchAsync(_view, page, FetchKind.Prefetch).ConfigureAwait(false);
            if (load.BytesMoved > 0)
            {
                Interlocked.Increment(ref _counters.ChunksLoaded);
                Interlocked.Add(ref _counters.BytesMoved, load.BytesMoved);
                Interlocked.Add(ref _counters.BytesFromOrigin, load.BytesFromOrigin);
            }
            return true;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // A clone that needs the page gets the error; nobody waits for this one.
            Interlocked.Increment(ref _failures);
            _isStopped = true;
            return false;
        }
    }
}
