using Thaw.Worker.Layers;
using Thaw.Worker.Paging;

namespace Thaw.Worker.Snapshots;

/// <summary>
/// Brings snapshots that this machine does not have from the store, and keeps those whose keys are gone from starting.
/// </summary>
internal sealed class SnapshotFetcher(
    SnapshotVault vault, SnapshotStore store, VerifiedSnapshots verified, PagerHost pager)
{
    private readonly SingleFlight<FunctionKey, SnapshotManifest> _fetches = new(keepsResults: false);

    /// <summary>
    /// Has what a start needs of a version's snapshot on this machine's disk: its memory too where there is no pager.
    /// Does nothing where it is there.
    /// </summary>
    /// <exception cref="WorkerException">The store does not have it, it is damaged, or its key is gone.</exception>
    internal async Task EnsureAsync(FunctionSpec spec, CancellationToken cancellationToken)
    {
        if (spec.SnapshotId is null || IsComplete(spec))
        {
            return;
        }
        // One fetch for all who want it; it goes on for the others when one of them gives up.
        await _fetches.GetAsync(spec.Key, () => FetchAsync(spec), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Refuses a snapshot whose key was revoked.</summary>
    /// <exception cref="WorkerException">It was.</exception>
    internal Task RequireKeyAsync(string what, SnapshotManifest manifest, CancellationToken cancellationToken) =>
        manifest.Account is { } account
            ? vault.RequireKeyAsync(account, manifest.KeyId, what, cancellationToken)
            : Task.CompletedTask;

    /// <summary>What is there but broken is not made whole: that is to be seen.</summary>
    private bool IsComplete(FunctionSpec spec) =>
        store.Has(spec.Name, spec.Version)
        && (pager.IsUsed
            || (verified.Find(spec.Key) ?? SnapshotStore.ReadManifest(store.PathsOf(spec.Name, spec.Version)))
                is not { HasMemory: false });

    private static void RequireSame(FunctionSpec spec, SnapshotManifest manifest)
    {
        if (manifest.LayerId != spec.SnapshotId || manifest.RevisionId != spec.RevisionId)
        {
            throw new WorkerException(
                WorkerFault.SnapshotInvalid,
                $"The snapshot of {spec.Key} can't be used: layer {spec.SnapshotId} is of {manifest.Title}, "
                + $"revision {manifest.RevisionId}.");
        }
    }

    private async Task<SnapshotManifest> FetchAsync(FunctionSpec spec)
    {
        SnapshotPaths begun = store.Begin();
        try
        {
            SnapshotManifest manifest = await vault.FetchAsync(
                spec.SnapshotId!, begun, withMemory: !pager.IsUsed, spec.Key.ToString(), CancellationToken.None)
                .ConfigureAwait(false);
            RequireSame(spec, manifest);
            manifest = pager.IsUsed ? SnapshotStore.DropMemory(begun, manifest) : manifest;
            store.Commit(begun, manifest, store.PathsOf(spec.Name, spec.Version));
            // Each chunk of it was verified.
            verified.Trust(spec.Key);
            return manifest;
        }
        finally
        {
            store.Abandon(begun);
        }
    }
}
