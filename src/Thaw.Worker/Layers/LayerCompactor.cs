using System.Collections;
using Thaw.Store;
using Thaw.Store.S3;
using Thaw.Worker.Snapshots;

namespace Thaw.Worker.Layers;

/// <summary>
/// Lays layers out anew, what clones touch first: a start then reads few chunks, and those one behind the other.
/// </summary>
internal sealed class LayerCompactor(StoreStack stack, SnapshotVault vault)
{
    /// <summary>A layer is worth it when more than this share of what clones touch of it lies elsewhere.</summary>
    private const double ShareElsewhereMax = 0.1;

    /// <summary>Lays a layer out anew, where that is worth it.</summary>
    /// <param name="id">The layer. No other may lie over it.</param>
    /// <param name="isForced">Whether to do it where little would change, too.</param>
    /// <param name="begin">Hears the new layer's name before anything of it is stored.</param>
    /// <param name="cancellationToken">Gives up; the new layer may be there all the same.</param>
    /// <returns>What was done; null when there is no reason to.</returns>
    /// <exception cref="LayerException">The layer or an ancestor is missing or refused.</exception>
    /// <exception cref="ChunkException">A chunk is missing or damaged.</exception>
    /// <exception cref="KeyException">The key is gone.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    internal async Task<SnapshotCompaction?> RunAsync(
        LayerId id, bool isForced, Action<string> begin, CancellationToken cancellationToken)
    {
        WorkingSetStore sets = new(stack.Store, stack.Keys, stack.Entropy);
        IReadOnlyList<WorkingSetEntry> learnt;
        SnapshotManifest manifest;
        long own;
        using (LayerChain chain = await stack.Loader.LoadChainAsync(id, cancellationToken).ConfigureAwait(false))
        {
            LayerManifest layer = chain.Leaf.Manifest;
            learnt = await sets.LoadAsync(layer, cancellationToken).ConfigureAwait(false);
            (own, long elsewhere) = Count(layer, learnt);
            if (own == 0 || (!isForced && elsewhere <= own * ShareElsewhereMax))
            {
                return null;
            }
            manifest = await vault.ReadManifestAsync(chain, cancellationToken).ConfigureAwait(false);
        }
        LayerId made = vault.NewId();
        begin(made.ToString());
        LayerManifest done = await vault.CompactAsync(
            id, manifest with { LayerId = made.ToString() }, learnt, cancellationToken).ConfigureAwait(false);
        return new SnapshotCompaction(
            id.ToString(), made.ToString(), SnapshotVault.KeyOf(done), own, done.Totals.BytesStored);
    }

    /// <summary>Pages of a working set that a layer has itself, and those of them that do not come first.</summary>
    internal static (long Own, long Elsewhere) Count(LayerManifest layer, IReadOnlyList<WorkingSetEntry> learnt)
    {
        long own = 0;
        long elsewhere = 0;
        foreach (LayerSpace space in layer.Spaces)
        {
            // A page counts once however often the set names it.
            BitArray left = new(checked((int)space.PageCount));
            foreach (PageMapRun run in space.Map.Runs.Where(run => !run.IsZero))
            {
                Mark(left, run.First, run.End);
            }
            BitArray first = new(left.Length);
            foreach (WorkingSetEntry entry in layer.WorkingSet.Where(entry => entry.Space == space.Name))
            {
                Mark(first, entry.Pages.First, entry.Pages.End);
            }
            foreach (WorkingSetEntry entry in learnt.Where(entry => entry.Space == space.Name))
            {
                for (uint page = entry.Pages.First; page < Math.Min(entry.Pages.End, (ulong)left.Length); page++)
                {
                    own += left[(int)page] ? 1 : 0;
                    elsewhere += left[(int)page] && !first[(int)page] ? 1 : 0;
                    left[(int)page] = false;
                }
            }
        }
        return (own, elsewhere);
    }

    private static void Mark(BitArray pages, uint first, ulong end)
    {
        for (uint page = first; page < Math.Min(end, (ulong)pages.Length); page++)
        {
            pages[(int)page] = true;
        }
    }
}
