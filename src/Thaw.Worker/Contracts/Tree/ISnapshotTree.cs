namespace Thaw.Worker;

/// <summary>The tree of snapshots in the store, and the keys that it is under.</summary>
public interface ISnapshotTree
{
    /// <summary>All layers that live, parents before their children.</summary>
    /// <exception cref="WorkerException">The store failed, or a live manifest is damaged.</exception>
    Task<IReadOnlyList<SnapshotLayer>> ListAsync(CancellationToken cancellationToken);

    /// <summary>
    /// One layer, by its id or the beginning of it, by FUNCTION:VERSION, or by FUNCTION:VERSION.VARIANT.
    /// </summary>
    /// <exception cref="WorkerException">There is none, or several.</exception>
    Task<SnapshotDetails> ShowAsync(string id, CancellationToken cancellationToken);

    /// <summary>Reads a layer with its ancestors, or everything, and checks every byte.</summary>
    /// <param name="id">
    /// As <see cref="ShowAsync"/> takes it, but all that are meant where they are several; null for everything.
    /// </param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="WorkerException">There is no such layer, or the store failed.</exception>
    Task<SnapshotVerification> VerifyAsync(string? id, CancellationToken cancellationToken);

    /// <summary>Removes what nothing wants any longer.</summary>
    /// <param name="grace">What is younger stays.</param>
    /// <param name="isDryRun">Only look.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="WorkerException">The store failed, or a live manifest is damaged.</exception>
    Task<SnapshotCollection> CollectAsync(TimeSpan grace, bool isDryRun, CancellationToken cancellationToken);

    /// <summary>
    /// Stores a function's layer anew with what its clones touch first in it, where that is worth it. The layer stays
    /// as it is: who starts from it goes on with the new one, and gives the old one up when its clones are gone.
    /// </summary>
    /// <param name="id">As <see cref="ShowAsync"/> takes it.</param>
    /// <param name="isForced">Whether to do it where little would change, too.</param>
    /// <param name="begin">Hears the new layer's id before anything of it is stored.</param>
    /// <param name="cancellationToken">Ends it; the new layer may be there all the same.</param>
    /// <returns>What was done; null where there is no reason to.</returns>
    /// <exception cref="WorkerException">There is no such layer, it is damaged, or the store failed.</exception>
    Task<SnapshotCompaction?> CompactAsync(
        string id, bool isForced, Action<string> begin, CancellationToken cancellationToken);

    /// <summary>Writes a layer with its ancestors into one file.</summary>
    /// <exception cref="WorkerException">There is no such layer, it is damaged, or its key is gone.</exception>
    Task ExportAsync(string id, string? passphrase, Stream output, CancellationToken cancellationToken);

    /// <summary>Takes what <see cref="ExportAsync"/> wrote into the store.</summary>
    /// <exception cref="WorkerException">The file is refused, or the store failed.</exception>
    Task<SnapshotLayer> ImportAsync(Stream input, string? passphrase, CancellationToken cancellationToken);

    /// <summary>All master keys, the destroyed ones too.</summary>
    /// <exception cref="WorkerException">The key service refused.</exception>
    Task<IReadOnlyList<MasterKey>> ListKeysAsync(CancellationToken cancellationToken);

    /// <summary>Makes a new active key; the ones before go on opening what they opened.</summary>
    /// <param name="account">The account; null for the service.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="WorkerException">The key service refused.</exception>
    Task<MasterKey> RotateKeyAsync(string? account, CancellationToken cancellationToken);

    /// <summary>Destroys an account's keys, for good: none of its snapshots opens any longer.</summary>
    /// <returns>How many keys there were.</returns>
    /// <exception cref="WorkerException">The key service refused.</exception>
    Task<int> RevokeKeyAsync(string account, CancellationToken cancellationToken);
}
