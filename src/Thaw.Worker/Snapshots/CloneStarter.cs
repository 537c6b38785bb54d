using Thaw.Worker.Agents;
using Thaw.Worker.Microvms;
using Thaw.Worker.Scheduling;

namespace Thaw.Worker.Snapshots;

/// <summary>Starts clones of snapshots. One that can't be made unique and ready never serves: it is killed.</summary>
internal sealed class CloneStarter(
    CloneLoader loader, SnapshotStore store, SnapshotFetcher fetcher, VerifiedSnapshots verified)
{
    /// <summary>Starts a clone, on a second microVM where the first fails.</summary>
    /// <returns>The clone, and how often the start was tried again.</returns>
    /// <exception cref="WorkerException">No clone came up.</exception>
    internal async Task<(Microvm Clone, int Retries)> StartAsync(
        FunctionSpec spec, Lease lease, LogTail log, CancellationToken cancellationToken)
    {
        await fetcher.EnsureAsync(spec, cancellationToken).ConfigureAwait(false);
        for (int retries = 0; ; retries++)
        {
            try
            {
                Microvm clone = await verified.UseAsync(
                    spec.Key,
                    (manifest, verify) => StartOnceAsync(spec, manifest, verify, lease, log, cancellationToken),
                    cancellationToken).ConfigureAwait(false);
                return (clone, retries);
            }
            catch (WorkerException failure) when (failure.IsTransient && retries < WorkerLimits.StartRetriesMax)
            {
                // Already in the failure log; the count goes into the invocation's record.
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private async Task<Microvm> StartOnceAsync(
        FunctionSpec spec, SnapshotManifest manifest, bool verify, Lease lease, LogTail log,
        CancellationToken cancellationToken)
    {
        await fetcher.RequireKeyAsync(spec.Key.ToString(), manifest, cancellationToken).ConfigureAwait(false);
        SnapshotPaths paths = store.PathsOf(spec.Name, spec.Version);
        Clone clone = await loader.StartAsync(
            spec.Key, new BaseSnapshot(manifest, paths), paths.Code, verify, log, cancellationToken)
            .ConfigureAwait(false);
        return new Microvm(spec.Key, clone.Monitor, clone.Agent, lease) { CloneId = clone.Id };
    }
}
