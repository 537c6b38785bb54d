using Thaw.Worker.Layers;
using Thaw.Worker.Paging;

namespace Thaw.Worker.Snapshots;

/// <summary>
/// Brings snapshots that this machine does not have from the store, and keeps those whose keys are gone from starting.
/// </summary>
internal sealed class SnapshotFetcher(
    SnapshotVault vault, SnapshotStore store, VerifiedSnapshots verified, PagerHost pager)
{
    private readonly SingleFlight<string, BaseSnapshot> _remote = new(keepsResults: true);
    private readonly SingleFlight<FunctionKey, SnapshotManifest> _fetches = new(keepsResults: false);

    /// <summary>Whether a version's memory stays in the store and comes when it is touched.</summary>
    internal bool IsPaged(FunctionSpec spec) =>
        spec.SnapshotId is not null && !store.Has(spec.Name, spec.Version) && pager.IsAvailable;

    /// <summary>All of a version's snapshot but its memory.</summary>
    /// <exception cref="WorkerException">The store does not have it, it is damaged, or its key is gone.</exception>
    internal Task<BaseSnapshot> GetRemoteAsync(FunctionSpec spec, CancellationToken cancellationToken) =>
        _remote.GetAsync(spec.SnapshotId!, () => OpenRemoteAsync(spec), cancellationToken);

    /// <summary>Forgets a snapshot whose memory is in the store, and removes its files.</summary>
    internal async Task ForgetRemoteAsync(string layerId)
    {
        _remote.Remove(layerId);
        await pager.CloseAsync(layerId).ConfigureAwait(false);
        store.Abandon(store.RemotePathsOf(layerId));
    }

    /// <summary>Has a version's snapshot on this machine's disk; does nothing where it is there.</summary>
    /// <exception cref="WorkerException">The store does not have it, it is damaged, or its key is gone.</exception>
    internal async Task EnsureAsync(FunctionSpec spec, CancellationToken cancellationToken)
    {
        if (spec.SnapshotId is null || store.Has(spec.Name, spec.Version))
        {
            return;
        }
        await _fetches.GetAsync(spec.Key, () => FetchAsync(spec), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Refuses a snapshot whose key was revoked.</summary>
    /// <exception cref="WorkerException">It was.</exception>
    internal Task RequireKeyAsync(string what, SnapshotManifest manifest, CancellationToken cancellationToken) =>
        manifest.Account is { } account
            ? vault.RequireKeyAsync(account, manifest.KeyId, what, cancellationToken)
            : Task.CompletedTask;

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

    private async Task<BaseSnapshot> OpenRemoteAsync(FunctionSpec spec)
    {
        SnapshotPaths files = store.RemotePathsOf(spec.SnapshotId!);
        if (SnapshotStore.ReadManifest(files) is { } kept && File.Exists(files.State) && File.Exists(files.Code))
        {
            RequireSame(spec, kept);
            return new BaseSnapshot(kept, files);
        }
        SnapshotPaths begun = store.Begin();
        try
        {
            SnapshotManifest manifest = await vault.FetchAsync(
                spec.SnapshotId!, begun, withMemory: false, spec.Key.ToString(), CancellationToken.None)
                .ConfigureAwait(false);
            RequireSame(spec, manifest);
            store.Commit(begun, manifest, files);
            return new BaseSnapshot(manifest, files);
        }
        finally
        {
            store.Abandon(begun);
        }
    }

    private async Task<SnapshotManifest> FetchAsync(FunctionSpec spec)
    {
        SnapshotPaths begun = store.Begin();
        try
        {
            SnapshotManifest manifest = await vault.FetchAsync(
                spec.SnapshotId!, begun, withMemory: true, spec.Key.ToString(), CancellationToken.None)
                .ConfigureAwait(false);
            RequireSame(spec, manifest);
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
