using System.Collections.Immutable;
using Thaw.Pager.Sources;
using Thaw.Pager.WorkingSets;
using Thaw.Store;

namespace Thaw.Pager.Layers;

/// <summary>Keeps a space's working set beside its layer in the store, sealed under the layer's key.</summary>
internal sealed class LayerWorkingSets(
    WorkingSetStore store, WorkingSetPagesStore pagesStore, LayerManifest layer, string space) : IWorkingSetStore
{
    public bool KeepsPages => true;

    public async ValueTask<WorkingSetPages?> OpenPagesAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await pagesStore.OpenAsync(layer, space, cancellationToken).ConfigureAwait(false);
        }
        catch (KeyException e)
        {
            throw new SourceException(e.Message, isTransient: false, e);
        }
    }

    public async ValueTask SavePagesAsync(
        IReadOnlyList<uint> pages, PageCopy read, CancellationToken cancellationToken)
    {
        try
        {
            await pagesStore.SaveAsync(layer, space, pages, read, cancellationToken).ConfigureAwait(false);
        }
        catch (KeyException e)
        {
            throw new SourceException(e.Message, isTransient: false, e);
        }
    }

    public async ValueTask<IReadOnlyList<PageSpan>> LoadAsync(CancellationToken cancellationToken)
    {
        try
        {
            ImmutableArray<WorkingSetEntry> entries =
                await store.LoadAsync(layer, cancellationToken).ConfigureAwait(false);
            return
            [
                .. entries.Where(entry => entry.Space == space)
                    .Select(entry => new PageSpan(entry.Pages.First, entry.Pages.Count)),
            ];
        }
        catch (KeyException e)
        {
            throw new SourceException(e.Message, isTransient: false, e);
        }
    }

    public async ValueTask SaveAsync(IReadOnlyList<PageSpan> spans, CancellationToken cancellationToken)
    {
        try
        {
            List<WorkingSetEntry> entries =
            [
                .. (await store.LoadAsync(layer, cancellationToken).ConfigureAwait(false))
                    .Where(entry => entry.Space != space),
                .. spans.Select(span => new WorkingSetEntry(space, new PageRange(span.First, span.Count))),
            ];
            await store.SaveAsync(layer, entries, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is KeyException or ArgumentException)
        {
            throw new SourceException(e.Message, isTransient: false, e);
        }
    }
}
