namespace Thaw.Worker;

/// <summary>Looks for what clones have in common and should not, and for secrets in snapshots.</summary>
public interface IFunctionChecks
{
    /// <summary>Starts clones of a version, sends each the same event, and compares what they did.</summary>
    /// <exception cref="WorkerException">A clone could not be started, or its function failed.</exception>
    Task<UniquenessReport> CheckUniqueAsync(UniquenessOrder order, CancellationToken cancellationToken);

    /// <summary>Looks for secrets in everything that a version's snapshot stores.</summary>
    /// <exception cref="WorkerException">There is no snapshot, or it can't be read.</exception>
    Task<SecretsReport> CheckSecretsAsync(SecretsOrder order, CancellationToken cancellationToken);
}
