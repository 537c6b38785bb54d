using Thaw.Store;

namespace Thaw.Pager.WorkingSets;

/// <summary>Keeps the working set of one memory between starts and pagers. Nothing but speed depends on it.</summary>
internal interface IWorkingSetStore
{
    /// <summary>The pages in the order in which clones touch them; empty when nothing is known.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    ValueTask<IReadOnlyList<PageSpan>> LoadAsync(CancellationToken cancellationToken);

    /// <summary>Keeps them in place of what was there.</summary>
    /// <exception cref="IOException">It cannot be kept.</exception>
    ValueTask SaveAsync(IReadOnlyList<PageSpan> spans, CancellationToken cancellationToken);

    /// <summary>Whether copies of the pages themselves are kept, so that they come in a few pieces.</summary>
    bool KeepsPages { get; }

    /// <summary>The copies that are kept; null when there are none.</summary>
    /// <exception cref="IOException">They cannot be read.</exception>
    ValueTask<WorkingSetPages?> OpenPagesAsync(CancellationToken cancellationToken);

    /// <summary>Keeps copies of pages in place of what was there.</summary>
    /// <exception cref="IOException">They cannot be kept.</exception>
    ValueTask SavePagesAsync(IReadOnlyList<uint> pages, PageCopy read, CancellationToken cancellationToken);
}
