using Thaw.Worker.Layers;
using Thaw.Worker.Paging;

namespace Thaw.Worker.Snapshots;

/// <summary>
/// Brings snapshots that this machine does not have from the store, and keeps those whose keys are gone from starting.
/// </summary>
internal sealed class SnapshotFetcher(
    SnapshotVault vault, SnapshotStore store, VerifiedSnapshots verified, PagerHost pager)
{
    private readonly SingleFlight<SnapshotKey, SnapshotManifest> _fetches = new(keepsResults: false);

    /// <summary>
    /// Has what a start needs of a version's snapshot on this machine's disk: its memory too where there is no pager.
    /// Does nothing where it is there.
    /// </summary>
    /// <exception cref="WorkerException">The store does not have it, it is damaged, or its key is gone.</exception>
    internal async Task EnsureAsync(FunctionSpec spec, SnapshotKey key, CancellationToken cancellationToken)
    {
        if (key.LayerOf(spec) is not { } layer || IsComplete(key))
        {
            return;
        }
        // One fetch for all who want it; it goes on for the others when one of them gives up.
        await _fetches.GetAsync(key, () => FetchAsync(key, layer), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Refuses a snapshot whose key was revoked.</summary>
    /// <exception cref="WorkerException">It was.</exception>
    internal Task RequireKeyAsync(string what, SnapshotManifest manifest, CancellationToken cancellationToken) =>
        manifest.Account is { } account
            ? vault.RequireKeyAsync(account, manifest.KeyId, what, cancellationToken)
            : Task.CompletedTask;

    /// <summary>What is there but broken is not made whole: that is to be seen.</summary>
    private bool IsComplete(SnapshotKey key) =>
        store.Has(key)
        && (pager.IsUsed
            || (verified.Find(key) ?? SnapshotStore.ReadManifest(store.PathsOf(key))) is not { HasMemory: false });

    private static void RequireSame(SnapshotKey key, string layer, SnapshotManifest manifest)
    {
        if (manifest.LayerId != layer || manifest.RevisionId != key.Function.RevisionId)
        {
            throw new WorkerException(
                WorkerFault.SnapshotInvalid,
                $"The snapshot of {key} can't be used: layer {layer} is of {manifest.Title}, "
                + $"revision {manifest.RevisionId}.");
        }
    }

    private async Task<SnapshotManifest> FetchAsync(SnapshotKey key, string layer)
    {
        SnapshotPaths begun = store.Begin();
        try
        {
            SnapshotManifest manifest = await vault.FetchAsync(
                layer, begun, withMemory: !pager.IsUsed, key.ToString(), CancellationToken.None)
                .ConfigureAwait(false);
            RequireSame(key, layer, manifest);
            manifest = pager.IsUsed ? SnapshotStore.DropMemory(begun, manifest) : manifest;
            store.Commit(begun, manifest, store.PathsOf(key));
            // Each chunk of it was verified.
            verified.Trust(key);
            return manifest;
        }
        finally
        {
            store.Abandon(begun);
        }
    }
}
