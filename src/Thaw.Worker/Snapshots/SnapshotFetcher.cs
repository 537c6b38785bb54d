using System.Collections.Concurrent;
using Thaw.Worker.Layers;

namespace Thaw.Worker.Snapshots;

/// <summary>
/// Brings snapshots that this machine does not have from the store, and keeps those whose keys are gone from starting.
/// </summary>
internal sealed class SnapshotFetcher(SnapshotVault vault, SnapshotStore store, VerifiedSnapshots verified)
{
    private readonly ConcurrentDictionary<FunctionKey, Lazy<Task>> _fetches = new();

    /// <summary>Has a version's snapshot on this machine's disk; does nothing where it is there.</summary>
    /// <exception cref="WorkerException">The store does not have it, it is damaged, or its key is gone.</exception>
    internal async Task EnsureAsync(FunctionSpec spec, CancellationToken cancellationToken)
    {
        if (spec.SnapshotId is null || store.Has(spec.Name, spec.Version))
        {
            return;
        }
        // One fetch for all who want it; it goes on for the others when one of them gives up.
        Lazy<Task> fetch = _fetches.GetOrAdd(spec.Key, _ => new Lazy<Task>(() => FetchAsync(spec)));
        try
        {
            await fetch.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (fetch.Value.IsCompleted)
            {
                _fetches.TryRemove(new KeyValuePair<FunctionKey, Lazy<Task>>(spec.Key, fetch));
            }
        }
    }

    /// <summary>Refuses a snapshot whose key was revoked.</summary>
    /// <exception cref="WorkerException">It was.</exception>
    internal Task RequireKeyAsync(string what, SnapshotManifest manifest, CancellationToken cancellationToken) =>
        manifest.Account is { } account
            ? vault.RequireKeyAsync(account, manifest.KeyId, what, cancellationToken)
            : Task.CompletedTask;

    private async Task FetchAsync(FunctionSpec spec)
    {
        SnapshotPaths begun = store.Begin();
        try
        {
            SnapshotManifest manifest = await vault.FetchAsync(
                spec.SnapshotId!, begun, spec.Key.ToString(), CancellationToken.None).ConfigureAwait(false);
            if (manifest.LayerId != spec.SnapshotId || manifest.RevisionId != spec.RevisionId)
            {
                throw new WorkerException(
                    WorkerFault.SnapshotInvalid,
                    $"The snapshot of {spec.Key} can't be used: layer {spec.SnapshotId} is of {manifest.Title}, "
                    + $"revision {manifest.RevisionId}.");
            }
            store.Commit(begun, manifest, store.PathsOf(spec.Name, spec.Version));
            // Each chunk of it was verified.
            verified.Trust(spec.Key);
        }
        finally
        {
            store.Abandon(begun);
        }
    }
}
