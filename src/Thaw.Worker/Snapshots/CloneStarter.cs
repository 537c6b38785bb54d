using Thaw.Worker.Agents;
using Thaw.Worker.Microvms;
using Thaw.Worker.Monitors.Wire;
using Thaw.Worker.Paging;
using Thaw.Worker.Scheduling;

namespace Thaw.Worker.Snapshots;

/// <summary>Starts clones of snapshots. One that can't be made unique and ready never serves: it is killed.</summary>
internal sealed class CloneStarter(
    CloneLoader loader, SnapshotStore store, SnapshotFetcher fetcher, VerifiedSnapshots verified, PagerHost pager)
{
    /// <summary>Starts a clone, on a second microVM where the first fails.</summary>
    /// <returns>The clone, and how often the start was tried again.</returns>
    /// <exception cref="WorkerException">No clone came up.</exception>
    internal async Task<(Microvm Clone, int Retries)> StartAsync(
        FunctionSpec spec, Lease lease, LogTail log, CancellationToken cancellationToken)
    {
        await fetcher.EnsureAsync(spec, cancellationToken).ConfigureAwait(false);
        return await StartRetry.RunAsync(
            () => verified.UseAsync(
                spec.Key,
                (manifest, verify) => StartOnceAsync(spec, manifest, verify, lease, log, cancellationToken),
                cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<Microvm> StartOnceAsync(
        FunctionSpec spec, SnapshotManifest manifest, bool verify, Lease lease, LogTail log,
        CancellationToken cancellationToken)
    {
        await fetcher.RequireKeyAsync(spec.Key.ToString(), manifest, cancellationToken).ConfigureAwait(false);
        BaseSnapshot snapshot = new(manifest, store.PathsOf(spec.Name, spec.Version));
        PagedStart? start = null;
        if (!manifest.HasMemory)
        {
            start = await pager.StartAsync(manifest.LayerId, spec.Key.ToString(), cancellationToken)
                .ConfigureAwait(false);
            snapshot = snapshot with
            {
                Memory = new MemoryBackend
                {
                    BackendType = MemoryBackend.SharedImages,
                    BackendPath = start.Socket,
                },
            };
        }
        try
        {
            // What the pager brings is checked as it comes.
            Clone clone = await loader.StartAsync(
                spec.Key, snapshot, snapshot.Files.Code, verify && manifest.HasMemory, log, cancellationToken)
                .ConfigureAwait(false);
            return new Microvm(spec.Key, clone.Monitor, clone.Agent, lease)
            {
                CloneId = clone.Id,
                RestoreTimings = clone.Timings,
                Paging = start,
            };
        }
        catch (WorkerException failure)
        {
            throw await PagerHost.ExplainAsync(start, spec.Key.ToString(), failure).ConfigureAwait(false);
        }
    }
}
