using Thaw.Core;

namespace Thaw.Pager.Tests.Fixtures;

/// <summary>
/// Layers of pages in a test's memory: each layer has the pages that it changed, in chunks in the order in which they
/// were added. A null page is zero.
/// </summary>
internal sealed class LayeredMemory(uint pageCount, int pagesPerChunk = 4)
{
    private readonly List<TestLayer> _layers = [];

    internal uint PageCount => pageCount;

    internal int PagesPerChunk => pagesPerChunk;

    /// <summary>The layers, the root first.</summary>
    internal IReadOnlyList<TestLayer> Layers => _layers;

    /// <summary>A layer of every page.</summary>
    internal static LayeredMemory Full(uint pageCount, string name = "root", int pagesPerChunk = 4) =>
        new LayeredMemory(pageCount, pagesPerChunk).With(
            name, Enumerable.Range(0, (int)pageCount).Select(page => (uint)page));

    /// <summary>The same with one more layer; pages in <paramref name="zero"/> become zero.</summary>
    internal LayeredMemory With(string name, IEnumerable<uint> pages, IEnumerable<uint>? zero = null)
    {
        LayeredMemory more = new(pageCount, pagesPerChunk);
        more._layers.AddRange(_layers);
        more._layers.Add(new TestLayer(name, [.. pages], [.. zero ?? []]));
        return more;
    }

    /// <summary>What a page of the composed memory is like.</summary>
    internal byte[] Content(uint page)
    {
        TestLayer owner = _layers.Last(layer => layer.Holds(page));
        return owner.IsZero(page) ? new byte[PageSize.Bytes] : owner.Content(page);
    }

    internal TestSource Open() => new(this);
}
