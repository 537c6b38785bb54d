using Thaw.Protocol;
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
        bool isPaged = fetcher.IsPaged(spec);
        if (!isPaged)
        {
            await fetcher.EnsureAsync(spec, cancellationToken).ConfigureAwait(false);
        }
        return await StartRetry.RunAsync(
            () => isPaged
                ? StartPagedAsync(spec, lease, log, cancellationToken)
                : verified.UseAsync(
                    spec.Key,
                    (manifest, verify) => StartOnceAsync(spec, manifest, verify, lease, log, cancellationToken),
                    cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Starts a clone whose memory comes from the store as it is touched.</summary>
    private async Task<Microvm> StartPagedAsync(
        FunctionSpec spec, Lease lease, LogTail log, CancellationToken cancellationToken)
    {
        BaseSnapshot snapshot = await fetcher.GetRemoteAsync(spec, cancellationToken).ConfigureAwait(false);
        await fetcher.RequireKeyAsync(spec.Key.ToString(), snapshot.Manifest, cancellationToken)
            .ConfigureAwait(false);
        PagerStartStats start = await pager.StartAsync(
            snapshot.Manifest.LayerId, spec.Key.ToString(), cancellationToken).ConfigureAwait(false);
        MemoryBackend memory = new() { BackendType = MemoryBackend.SharedImages, BackendPath = start.Socket ?? "" };
        Clone clone = await loader.StartAsync(
            spec.Key, snapshot with { Memory = memory }, snapshot.Files.Code, verify: false, log, cancellationToken)
            .ConfigureAwait(false);
        return new Microvm(spec.Key, clone.Monitor, clone.Agent, lease)
        {
            CloneId = clone.Id,
            PagerStart = start.Start,
        };
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
