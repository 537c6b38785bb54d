using Thaw.ControlPlane.Storage;
using Thaw.ControlPlane.Wire;
using Thaw.Worker;

namespace Thaw.ControlPlane.Functions;

/// <summary>Has the snapshots of versions laid out anew, and versions start from the new ones.</summary>
internal sealed class SnapshotCompactor(FunctionStore store, IFunctionHost host, DroppedSnapshots dropped) : IDisposable
{
    /// <summary>One at a time: they read and write much.</summary>
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Lays out anew what is worth it.</summary>
    /// <param name="id">A layer's id, or FUNCTION:VERSION; null for all versions.</param>
    /// <param name="isForced">Whether to do it where little would change, too.</param>
    /// <param name="cancellationToken">Ends it between two versions, or within one.</param>
    /// <exception cref="WorkerException">There is no such snapshot, it is damaged, or the store failed.</exception>
    internal async Task<CompactionList> RunAsync(string? id, bool isForced, CancellationToken cancellationToken)
    {
        IReadOnlyList<(FunctionVersion Version, string Layer)> snapshots =
        [
            .. store.ListAll().Where(version => version.State == FunctionState.Active)
                .SelectMany(version => version.SnapshotIds, (version, layer) => (version, layer)),
        ];
        if (id is not null)
        {
            string meant = (await host.Tree.ShowAsync(id, cancellationToken).ConfigureAwait(false)).Layer.Id;
            snapshots = [.. snapshots.Where(snapshot => snapshot.Layer == meant)];
            if (snapshots.Count == 0)
            {
                throw new WorkerException(
                    WorkerFault.SnapshotUnknown,
                    $"No version starts from snapshot {id}: only functions' are laid out.");
            }
        }
        List<CompactedVersion> done = [];
        foreach ((FunctionVersion version, string layer) in snapshots)
        {
            await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                // Its own snapshot may be broken; that of others is not.
                CompactedVersion? compacted = await RunAsync(
                    version, layer, isForced, id is null, cancellationToken).ConfigureAwait(false);
                if (compacted is not null)
                {
                    done.Add(compacted);
                }
            }
            finally
            {
                _turn.Release();
            }
        }
        return new CompactionList(snapshots.DistinctBy(one => one.Version.RevisionId).Count(), done);
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task<CompactedVersion?> RunAsync(
        FunctionVersion version, string layer, bool isForced, bool isLenient, CancellationToken cancellationToken)
    {
        string? made = null;
        try
        {
            SnapshotCompaction? compaction = await host.Tree.CompactAsync(
                layer, isForced, id => dropped.Begin(made = id), cancellationToken).ConfigureAwait(false);
            if (compaction is null
                || !store.TryMoveSnapshot(version.Function, version.Number, compaction.FromId, compaction.ToId))
            {
                return null;
            }
            dropped.HoldForClones(compaction.FromId);
            await host.MoveSnapshotAsync(version.Function, version.Name, compaction).ConfigureAwait(false);
            return new CompactedVersion(
                version.Function, version.Name, compaction.FromId, compaction.ToId, compaction.WorkingSetPages,
                compaction.BytesStored);
        }
        catch (WorkerException failure) when (isLenient && failure.Fault
            is WorkerFault.SnapshotInvalid or WorkerFault.SnapshotUnknown or WorkerFault.KeyRevoked)
        {
            // Told by its starts, and by thaw snapshot verify.
            return null;
        }
        finally
        {
            if (made is not null)
            {
                dropped.End(made);
            }
        }
    }
}
