namespace Thaw.Worker;

/// <summary>Runs functions on this machine: what the control plane knows of the worker.</summary>
public interface IFunctionHost : IAsyncDisposable
{
    /// <summary>What the worker has and does at this moment.</summary>
    WorkerStatus Status { get; }

    /// <summary>The runtimes that there are images for; empty where there are no images yet.</summary>
    IReadOnlyCollection<string> Runtimes { get; }

    /// <summary>The tree of snapshots in the store.</summary>
    ISnapshotTree Tree { get; }

    /// <summary>Looks for what clones repeat, and for secrets in snapshots.</summary>
    IFunctionChecks Checks { get; }

    /// <summary>
    /// Has the function's init code run in a clone of its runtime, and keeps a snapshot of it; as often as the version
    /// has variants.
    /// </summary>
    /// <returns>What each snapshot took and is, in the order of the variants.</returns>
    /// <exception cref="WorkerException">There is no snapshot, and nothing of one is left behind.</exception>
    Task<IReadOnlyList<PublishOutcome>> PublishAsync(FunctionSpec spec, CancellationToken cancellationToken);

    /// <summary>Runs one invocation. An error of the function is an outcome, not an exception.</summary>
    /// <exception cref="WorkerException">The function could not be started, or its microVM was lost.</exception>
    Task<InvokeOutcome> InvokeAsync(InvokeOrder order, CancellationToken cancellationToken);

    /// <summary>Ends the idle microVMs of a function; those at work end after their answer.</summary>
    /// <param name="functionName">The function.</param>
    /// <param name="version">Which version, or null for all of them.</param>
    /// <param name="removeSnapshots">Whether to remove the snapshots as well.</param>
    Task RetireAsync(string functionName, string? version, bool removeSnapshots);

    /// <summary>
    /// Has clones of one of a version's snapshots start from another layer of the same content from now on; idle clones
    /// of the version end, those at work end after their answer.
    /// </summary>
    Task MoveSnapshotAsync(string functionName, string version, SnapshotCompaction compaction);

    /// <summary>Gives up a snapshot that a version had in the store.</summary>
    /// <exception cref="WorkerException">The store failed.</exception>
    Task RemoveSnapshotAsync(string snapshotId);

    /// <summary>The snapshots on disk.</summary>
    IReadOnlyList<SnapshotSummary> ListSnapshots();

    /// <summary>The last failures of microVMs with their consoles' ends, newest first.</summary>
    IReadOnlyList<MicrovmFailure> ListFailures();
}
