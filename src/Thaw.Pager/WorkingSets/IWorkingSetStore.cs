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
}
