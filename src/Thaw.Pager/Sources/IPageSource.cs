namespace Thaw.Pager.Sources;

/// <summary>
/// Guest memory as layers compose it, loaded in chunks of pages. Never changes. Safe for several threads; several
/// loads may be under way at once.
/// </summary>
internal interface IPageSource : IDisposable
{
    /// <summary>
    /// Names of the layers, the leaf first. Equal names have equal content everywhere, so that memory of one is memory
    /// of the other.
    /// </summary>
    IReadOnlyList<string> Layers { get; }

    /// <summary>Pages of guest memory.</summary>
    uint PageCount { get; }

    /// <summary>Pages of the largest chunk.</summary>
    int PagesPerChunk { get; }

    /// <summary>All pages, ascending, without gaps.</summary>
    IReadOnlyList<SourceRun> Runs { get; }

    /// <summary>The chunk that has a page, which is not zero.</summary>
    ChunkRef ChunkOf(uint page);

    /// <summary>The pages of guest memory that a chunk has: those that no later layer changed.</summary>
    IEnumerable<ChunkRun> PagesOf(ChunkRef chunk);

    /// <summary>Loads a chunk, verified.</summary>
    /// <param name="chunk">Which.</param>
    /// <param name="destination">Room for <see cref="PagesPerChunk"/> pages.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SourceException">It cannot be had, now or ever.</exception>
    ValueTask<ChunkLoad> LoadAsync(ChunkRef chunk, Memory<byte> destination, CancellationToken cancellationToken);
}
