namespace Thaw.Store;

/// <summary>
/// Removes what no root keeps: marks, lists what is unmarked and old enough, then, while no publication is under way,
/// marks what is new and removes the rest, manifests before chunks. A crash at any point leaves garbage for the next
/// time.
/// </summary>
public sealed class GarbageCollector
{
    private static readonly StoreArea[] s_areas =
        [StoreArea.Layer, StoreArea.WorkingSet, StoreArea.WorkingSetPages, StoreArea.Chunk];

    private readonly IPrunableChunkStore _store;
    private readonly StoreGate _gate;
    private readonly TimeProvider _time;

    /// <summary>Collects in a store: the origin itself, not a cache in front of it.</summary>
    public GarbageCollector(IPrunableChunkStore store, StoreGate gate, TimeProvider time)
    {
        _store = store;
        _gate = gate;
        _time = time;
    }

    /// <summary>Collects once. Any number of collections may run at once.</summary>
    /// <exception cref="LayerException">A live manifest is missing or damaged; nothing was removed.</exception>
    /// <exception cref="StoreException">The store failed, or publications did not end in time.</exception>
    public async Task<CollectionReport> RunAsync(CollectionOptions options, CancellationToken cancellationToken)
    {
        DateTimeOffset before = _time.GetUtcNow() - options.Grace;
        LiveSet live = new(new LayerCatalog(_store));
        await live.MarkAsync(cancellationToken).ConfigureAwait(false);
        (List<StoreEntry> garbage, long young) = await FindGarbageAsync(live, before, cancellationToken)
            .ConfigureAwait(false);
        List<StoreEntry> removed = garbage;
        if (!options.IsDryRun)
        {
            removed = garbage.Count > 0
                ? await SweepAsync(live, garbage, options, cancellationToken).ConfigureAwait(false)
                : [];
            await _store.RemoveLeftoversAsync(before, cancellationToken).ConfigureAwait(false);
        }
        return new CollectionReport
        {
            Roots = live.Roots,
            LayersLive = live.Layers,
            ChunksLive = live.Chunks,
            LayersRemoved = removed.Count(entry => entry.Name.Area == StoreArea.Layer),
            ChunksRemoved = removed.LongCount(entry => entry.Name.Area == StoreArea.Chunk),
            BytesFreed = removed.Sum(entry => entry.SizeBytes),
            ObjectsTooYoung = young,
        };
    }

    private async ValueTask<(List<StoreEntry> Garbage, long Young)> FindGarbageAsync(
        LiveSet live, DateTimeOffset before, CancellationToken cancellationToken)
    {
        List<StoreEntry> garbage = [];
        long young = 0;
        foreach (StoreArea area in s_areas)
        {
            await foreach (StoreEntry entry in _store.ListAsync(area, null, cancellationToken).ConfigureAwait(false))
            {
                if (live.Has(entry.Name))
                {
                    continue;
                }
                if (entry.Modified > before)
                {
                    young++;
                }
                else
                {
                    garbage.Add(entry);
                }
            }
        }
        return (garbage, young);
    }

    // Garbage comes with manifests first: a crash never leaves a manifest whose chunks are gone.
    private async ValueTask<List<StoreEntry>> SweepAsync(
        LiveSet live, List<StoreEntry> garbage, CollectionOptions options, CancellationToken cancellationToken)
    {
        GatePass pass = await _gate.BeginSweepAsync(cancellationToken).ConfigureAwait(false);
        await using (pass.ConfigureAwait(false))
        {
            await live.MarkAsync(cancellationToken).ConfigureAwait(false);
            List<StoreEntry> removed = [.. garbage.Where(entry => !live.Has(entry.Name))];
            foreach (IGrouping<StoreArea, StoreEntry> area in removed.GroupBy(entry => entry.Name.Area))
            {
                foreach (StoreEntry[] batch in area.Chunk(options.Parallelism))
                {
                    await pass.RunHeldAsync(
                        async token => await Task.WhenAll(
                            batch.Select(entry => _store.DeleteAsync(entry.Name, token).AsTask()))
                            .ConfigureAwait(false),
                        cancellationToken).ConfigureAwait(false);
                }
                await _store.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
            return removed;
        }
    }
}
