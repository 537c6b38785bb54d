using Thaw.Core;
using Thaw.Linux;
using Thaw.Pager.Images;
using Thaw.Pager.Sources;
using Thaw.Protocol;

namespace Thaw.Pager.Views;

/// <summary>
/// Guest memory that is being served: a source, and the images that its pages are put into. Lives as long as anybody
/// holds it.
/// </summary>
internal sealed class MemoryView
{
    private readonly ImageTable _table;
    private readonly LayerImage?[] _images;
    private int _holders = 1;

    /// <summary>Takes over <paramref name="source"/>; held once, by the caller.</summary>
    /// <exception cref="LinuxException">No memory, or no userfaultfd.</exception>
    internal MemoryView(IPageSource source, ImageTable table)
    {
        Source = source;
        _table = table;
        Plan = SegmentPlan.Create(source);
        _images = new LayerImage?[source.Layers.Count];
        foreach (int layer in Plan.Segments.Select(segment => segment.Image).Distinct())
        {
            _images[layer] = table.Take(source.Layers[layer], source.PageCount);
        }
        Offer = MakeOffer();
        ZeroPages = source.Runs.Where(run => run.IsZero).Sum(run => (long)run.Count);
    }

    /// <summary>Where pages come from.</summary>
    internal IPageSource Source { get; }

    /// <summary>Which image each part is in.</summary>
    internal SegmentPlan Plan { get; }

    /// <summary>What monitors are offered; its images are <see cref="OfferedImages"/>.</summary>
    internal SharedMemoryOffer Offer { get; }

    /// <summary>The images of the offer, in its order.</summary>
    internal IReadOnlyList<LayerImage> OfferedImages => [.. _images.OfType<LayerImage>()];

    /// <summary>Pages that are zero.</summary>
    internal long ZeroPages { get; }

    /// <summary>Bytes of each layer's image that are in memory, the leaf first.</summary>
    internal IReadOnlyList<long> ResidentBytes => [.. _images.Select(image => image?.ResidentBytes ?? 0)];

    /// <summary>Holds it once more; false when it is gone.</summary>
    internal bool TryHold()
    {
        int holders;
        do
        {
            holders = Volatile.Read(ref _holders);
            if (holders == 0)
            {
                return false;
            }
        }
        while (Interlocked.CompareExchange(ref _holders, holders + 1, holders) != holders);
        return true;
    }

    /// <summary>Lets go; the last one gives everything back.</summary>
    internal void Release()
    {
        if (Interlocked.Decrement(ref _holders) > 0)
        {
            return;
        }
        foreach (LayerImage image in OfferedImages)
        {
            _table.Return(image);
        }
        Source.Dispose();
    }

    /// <summary>The run of the source that has a page.</summary>
    internal SourceRun RunOf(uint page) => Source.Runs[RunSearch.IndexOf(Source.Runs, page)];

    /// <summary>The image that a page is in; null when its block is zero and in none.</summary>
    internal LayerImage? ImageOf(uint page) => ImageAt(Plan.LayerOf(page));

    /// <summary>Whether a page needs no loading: it is in its image, or zero.</summary>
    internal bool Has(uint page) => ImageOf(page) is not { } image || image.Has(page) || RunOf(page).IsZero;

    /// <summary>Whether a page is in an image: loaded, and not merely known to be zero.</summary>
    internal bool IsInImage(uint page) => ImageOf(page)?.Has(page) ?? false;

    /// <summary>Whether the kernel can map a page by itself: it is in its image, or in none.</summary>
    internal bool IsReady(uint page) => ImageOf(page)?.Has(page) ?? true;

    /// <summary>Copies a page that is in an image.</summary>
    /// <exception cref="LinuxException">The image can't be read.</exception>
    internal void Copy(uint page, Span<byte> destination) => ImageOf(page)!.Copy(page, destination);

    /// <summary>Puts consecutive pages where this memory has them.</summary>
    /// <exception cref="LinuxException">No memory.</exception>
    internal void Install(uint first, ReadOnlySpan<byte> content)
    {
        uint count = (uint)(content.Length / PageSize.Bytes);
        for (uint done = 0; done < count;)
        {
            (int layer, uint end) = Plan.Find(first + done);
            uint part = Math.Min(count - done, end - (first + done));
            ImageAt(layer)?.Fill(
                first + done, content.Slice((int)done * PageSize.Bytes, (int)part * PageSize.Bytes));
            done += part;
        }
    }

    /// <summary>Puts the pages of a loaded chunk where this memory has them.</summary>
    /// <exception cref="LinuxException">No memory.</exception>
    internal void Install(ChunkRef chunk, ReadOnlySpan<byte> content)
    {
        foreach (ChunkRun run in Source.PagesOf(chunk))
        {
            // A run may lie in several segments, and they in images of several layers.
            Install(
                run.First, content.Slice(run.PageInChunk * PageSize.Bytes, (int)run.Count * PageSize.Bytes));
        }
    }

    private LayerImage? ImageAt(int layer) => layer >= 0 ? _images[layer] : null;

    private SharedMemoryOffer MakeOffer()
    {
        int[] numbers = new int[_images.Length];
        List<ulong> lengths = [];
        for (int layer = 0; layer < _images.Length; layer++)
        {
            numbers[layer] = lengths.Count;
            if (_images[layer] is { } image)
            {
                lengths.Add((ulong)image.PageCount * PageSize.Bytes);
            }
        }
        return new SharedMemoryOffer
        {
            Images = lengths,
            Segments = [.. Plan.Segments.Select(segment => segment with { Image = numbers[segment.Image] })],
        };
    }
}
