using Thaw.Store;
using Thaw.Worker.Agents;
using Thaw.Worker.Microvms;
using Thaw.Worker.Monitors.Wire;
using Thaw.Worker.Paging;
using Thaw.Worker.Scheduling;

namespace Thaw.Worker.Snapshots;

/// <summary>Starts clones of snapshots. One that can't be made unique and ready never serves: it is killed.</summary>
internal sealed class CloneStarter(
    CloneLoader loader, SnapshotStore store, SnapshotFetcher fetcher, VerifiedSnapshots verified, PagerHost pager,
    IEntropy random)
{
    /// <summary>Starts a clone, on a second microVM where the first fails.</summary>
    /// <param name="spec">Of which version.</param>
    /// <param name="variant">Of which of its snapshots, from 1 on; null for any of them.</param>
    /// <param name="lease">Its room.</param>
    /// <param name="log">Takes the function's output.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The clone, how often the start was tried again, and why.</returns>
    /// <exception cref="WorkerException">No clone came up.</exception>
    internal async Task<(Microvm Clone, int Retries, string? Reason)> StartAsync(
        FunctionSpec spec, int? variant, Lease lease, LogTail log, CancellationToken cancellationToken)
    {
        SnapshotKey key = SnapshotKey.Of(spec, variant ?? Choose(spec.Variants));
        await fetcher.EnsureAsync(spec, key, cancellationToken).ConfigureAwait(false);
        return await StartRetry.RunAsync(
            () => verified.UseAsync(
                key,
                (manifest, verify) => StartOnceAsync(key, manifest, verify, lease, log, cancellationToken),
                cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// A number from 1 to <paramref name="count"/>, each as likely as any other, and none to be foreseen: who learnt
    /// something of one variant must not have the next start be of it.
    /// </summary>
    private int Choose(int count)
    {
        if (count == 1)
        {
            return 1;
        }
        const int Values = 1 << 8;
        Span<byte> drawn = stackalloc byte[1];
        do
        {
            random.Fill(drawn);
        }
        while (drawn[0] >= Values - (Values % count));
        return 1 + (drawn[0] % count);
    }

    private async Task<Microvm> StartOnceAsync(
        SnapshotKey key, SnapshotManifest manifest, bool verify, Lease lease, LogTail log,
        CancellationToken cancellationToken)
    {
        string what = key.ToString();
        await fetcher.RequireKeyAsync(what, manifest, cancellationToken).ConfigureAwait(false);
        BaseSnapshot snapshot = new(manifest, store.PathsOf(key));
        PagedStart? start = null;
        if (!manifest.HasMemory)
        {
            start = await pager.StartAsync(manifest.LayerId, what, cancellationToken).ConfigureAwait(false);
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
                key.Function, snapshot, snapshot.Files.Code, verify && manifest.HasMemory, log, cancellationToken)
                .ConfigureAwait(false);
            return new Microvm(key.Function, clone.Monitor, clone.Agent, lease)
            {
                CloneId = clone.Id,
                Variant = key.Variant,
                RestoreTimings = clone.Timings,
                Paging = start,
            };
        }
        catch (WorkerException failure)
        {
            throw await PagerHost.ExplainAsync(start, what, failure).ConfigureAwait(false);
        }
    }
}
