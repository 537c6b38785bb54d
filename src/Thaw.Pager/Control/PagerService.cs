using Thaw.Pager.Clones;
using Thaw.Pager.Fetching;
using Thaw.Pager.Images;
using Thaw.Pager.Views;
using Thaw.Pager.WorkingSets;
using Thaw.Protocol;
using Thaw.Store;

namespace Thaw.Pager.Control;

/// <summary>What the control connection asks for: images and starts.</summary>
internal sealed class PagerService : IDisposable
{
    private static readonly TimeSpan s_keepTimeout = TimeSpan.FromSeconds(2);

    private readonly PagerServiceOptions _options;
    private readonly IReadOnlyList<ISourceOpener> _openers;
    private readonly PagerLog _log;
    private readonly TimeProvider _time;
    private readonly ChunkFetcher _fetcher;
    private readonly ImageTable _table = new();

    // Guards all below.
    private readonly Lock _lock = new();
    private readonly Dictionary<string, OpenImage> _images = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task<OpenImage>> _openings = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CloneStart> _starts = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<string, CloneStart> _ended = new(StringComparer.Ordinal);
    private long _lastId;

    internal PagerService(
        PagerServiceOptions options, IReadOnlyList<ISourceOpener> openers, PagerLog log, TimeProvider time)
    {
        _options = options;
        _openers = openers;
        _log = log;
        _time = time;
        _fetcher = new ChunkFetcher(new SourceRetry(options.Fetch, time));
    }

    /// <summary>Does what a request asks for. Failures are answers.</summary>
    internal async Task<PagerAnswer> HandleAsync(PagerRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return request switch
            {
                { Operation: PagerOperation.Ping } => new PagerAnswer(),
                { Operation: PagerOperation.Open } => new PagerAnswer
                {
                    Image = await OpenAsync(request, cancellationToken).ConfigureAwait(false),
                },
                { Operation: PagerOperation.Warm, Image: { } image } => new PagerAnswer
                {
                    Image = await WarmAsync(image).ConfigureAwait(false),
                },
                { Operation: PagerOperation.Start, Image: { } image } => new PagerAnswer
                {
                    Start = Start(image, request).ReadStats(),
                },
                { Operation: PagerOperation.Settle, Start: { } start } => new PagerAnswer { Start = Settle(start) },
                { Operation: PagerOperation.Stats } => ReadStats(request),
                { Operation: PagerOperation.Close, Start: { } start } => new PagerAnswer { Start = CloseStart(start) },
                { Operation: PagerOperation.Close, Image: { } image } => CloseImage(image),
                _ => new PagerAnswer { Error = $"{request.Operation} needs the name of an image or a start." },
            };
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The boundary of a request: the other clones go on.
            if (e is not (IOException or PagerException))
            {
                _log.Write($"{request.Operation} broke: {e}");
            }
            return new PagerAnswer { Error = e.Message };
        }
    }

    /// <summary>Done when all that was learnt until now is kept.</summary>
    internal Task WhenKeptAsync()
    {
        lock (_lock)
        {
            return Task.WhenAll(_images.Values.Select(image => image.Keeping));
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (CloneStart start in _starts.Values)
            {
                start.Close();
            }
        }
        WhenKeptAsync().Wait(s_keepTimeout);
        _fetcher.Dispose();
    }

    private async Task<PagerImageStats> OpenAsync(PagerRequest request, CancellationToken cancellationToken)
    {
        ISourceOpener opener = _openers.FirstOrDefault(opener => opener.KeyOf(request) is not null)
            ?? throw new PagerException("Open needs a memory file, or a layer of a store that the pager has.");
        string key = $"{opener.KeyOf(request)}!{request.Snapshot}";
        Task<OpenImage>? opening;
        lock (_lock)
        {
            if (_images.Values.FirstOrDefault(image => image.Key == key) is { } open)
            {
                open.OpenCount++;
                return open.ReadStats();
            }
            if (!_openings.TryGetValue(key, out opening))
            {
                if (_images.Count + _openings.Count >= PagerLimits.ImagesMax)
                {
                    throw new PagerException($"{PagerLimits.ImagesMax} images are open; there cannot be more.");
                }
                opening = Task.Run(() => OpenNewAsync(key, opener, request), CancellationToken.None);
                _openings.Add(key, opening);
            }
        }
        OpenImage made = await opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        lock (_lock)
        {
            made.OpenCount++;
        }
        return made.ReadStats();
    }

    // For all who want it; its source may be away while others are not.
    private async Task<OpenImage> OpenNewAsync(string key, ISourceOpener opener, PagerRequest request)
    {
        OpenImage? image = null;
        try
        {
            OpenedSource opened = await opener.OpenAsync(request, CancellationToken.None).ConfigureAwait(false);
            image = await MakeAsync(key, opened, request.Snapshot).ConfigureAwait(false);
            return image;
        }
        finally
        {
            lock (_lock)
            {
                _openings.Remove(key);
                if (image is not null)
                {
                    _images.Add(image.Id, image);
                }
            }
        }
    }

    private async Task<OpenImage> MakeAsync(string key, OpenedSource opened, string? snapshot)
    {
        try
        {
            IReadOnlyList<PageSpan> known = [];
            try
            {
                using CancellationTokenSource limit = new(_options.Fetch.ReadTimeout, _time);
                known = await opened.WorkingSets.LoadAsync(limit.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                _log.Write($"The working set of {key} cannot be read, it is learnt anew: {e.Message}");
            }
            WorkingSet workingSet = new(opened.Source.PageCount, known);
            WorkingSetPages? pages = known.Count == 0 ? null : await OpenPagesAsync(key, opened).ConfigureAwait(false);
            MemoryView view = new(opened.Source, _table);
            string id = $"image-{Interlocked.Increment(ref _lastId)}";
            return new OpenImage(id, key, view, workingSet, opened.WorkingSets, snapshot)
            {
                Pages = pages,
                HasPages = pages is not null,
            };
        }
        catch
        {
            opened.Source.Dispose();
            throw;
        }
    }

    private async Task<WorkingSetPages?> OpenPagesAsync(string key, OpenedSource opened)
    {
        try
        {
            using CancellationTokenSource limit = new(_options.Fetch.ReadTimeout, _time);
            return await opened.WorkingSets.OpenPagesAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            _log.Write($"Copies of the working set of {key} cannot be read, its chunks are: {e.Message}");
            return null;
        }
    }

    // As prefetch does it, so that clones that wait come first.
    private async Task<PagerImageStats> WarmAsync(string imageId)
    {
        OpenImage image;
        lock (_lock)
        {
            image = FindImageLocked(imageId);
        }
        IEnumerable<uint> pages = image.View.Source.Runs.Where(run => !run.IsZero)
            .SelectMany(run => Enumerable.Range(0, (int)run.Count).Select(index => run.First + (uint)index));
        Prefetch prefetch = new(
            image.View, _fetcher, [.. pages.Take(PagerLimits.WarmPagesMax)], new CloneCounters());
        await prefetch.RunAsync().ConfigureAwait(false);
        return image.ReadStats();
    }

    private OpenImage FindImageLocked(string id) =>
        _images.GetValueOrDefault(id) ?? throw new PagerException($"There is no image {id}.");

    private CloneStart Start(string imageId, PagerRequest request)
    {
        lock (_lock)
        {
            OpenImage image = FindImageLocked(imageId);
            if (_starts.Count == PagerLimits.StartsMax)
            {
                throw new PagerException($"{PagerLimits.StartsMax} clones are being served; there cannot be more.");
            }
            string id = $"start-{Interlocked.Increment(ref _lastId)}";
            CloneStartOptions options = new(
                id, Path.Combine(_options.RunFolder, $"{id}.sock"), request.Prefetch, request.Record);
            CloneStart start = new(image, _fetcher, options, _log, _time) { OnEnd = Forget };
            _starts.Add(id, start);
            start.Begin();
            return start;
        }
    }

    // What was learnt is kept later: whoever waits for this answer has a clone that waits.
    private PagerStartStats Settle(string id)
    {
        CloneStart start = Find(id);
        bool learnt = start.Settle();
        lock (_lock)
        {
            OpenImage image = start.Image;
            // A set that is complete has its pages in memory now: all clones of it touched them.
            bool copies = image.Store.KeepsPages && (learnt || !image.HasPages)
                && !image.WorkingSet.WantsRecording && image.View.TryHold();
            image.HasPages |= copies;
            if (learnt || copies)
            {
                image.Keeping = KeepAsync(image, learnt, copies, image.Keeping);
            }
        }
        return start.ReadStats();
    }

    private async Task KeepAsync(OpenImage image, bool learnt, bool copies, Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            using CancellationTokenSource limit = new(_options.Fetch.ReadTimeout, _time);
            List<uint> pages = image.WorkingSet.ToList();
            if (learnt)
            {
                await image.Store.SaveAsync(WorkingSet.ToSpans(pages), limit.Token).ConfigureAwait(false);
            }
            if (copies)
            {
                await image.Store.SavePagesAsync(
                    [.. pages.Where(image.View.IsInImage).Take(WorkingSetPagesStore.PagesMax)],
                    image.View.Copy, limit.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            _log.Write($"The working set of {image.Key} cannot be kept: {e.Message}");
        }
        finally
        {
            if (copies)
            {
                image.View.Release();
            }
        }
    }

    private PagerAnswer ReadStats(PagerRequest request)
    {
        if (request.Start is { } start)
        {
            return new PagerAnswer { Start = Find(start).ReadStats() };
        }
        lock (_lock)
        {
            if (request.Image is { } id)
            {
                return new PagerAnswer
                {
                    Image = FindImageLocked(id).ReadStats(),
                };
            }
            return new PagerAnswer
            {
                Images = [.. _images.Values.Select(image => image.ReadStats())],
                Starts = [.. _starts.Values.Select(start => start.ReadStats())],
            };
        }
    }

    private PagerStartStats CloseStart(string id)
    {
        CloneStart start = Find(id);
        start.Close();
        lock (_lock)
        {
            _ended.Remove(id);
        }
        return start.ReadStats();
    }

    private PagerAnswer CloseImage(string id)
    {
        lock (_lock)
        {
            OpenImage image = FindImageLocked(id);
            image.OpenCount--;
            if (image.OpenCount == 0)
            {
                _images.Remove(id);
                image.View.Release();
            }
            return new PagerAnswer { Image = image.ReadStats() };
        }
    }

    private CloneStart Find(string id)
    {
        lock (_lock)
        {
            return _starts.GetValueOrDefault(id) ?? _ended.GetValueOrDefault(id)
                ?? throw new PagerException($"There is no start {id}.");
        }
    }

    // Its figures stay for a while, for who asks late.
    private void Forget(CloneStart start)
    {
        lock (_lock)
        {
            _starts.Remove(start.Id);
            _ended[start.Id] = start;
            if (_ended.Count > PagerLimits.EndedStartsMax)
            {
                _ended.RemoveAt(0);
            }
        }
    }
}
