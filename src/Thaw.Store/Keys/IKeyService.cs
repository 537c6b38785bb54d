namespace Thaw.Store;

/// <summary>
/// Keeps the master keys: one ring for the service, one for each account. Everything else sees data keys only, and
/// stores them wrapped. Safe for several threads.
/// </summary>
public interface IKeyService
{
    /// <summary>
    /// Makes a keyspace's first master key; does nothing when there is an active one. After a revocation this is what
    /// gives the account a new key, unlike the old one.
    /// </summary>
    /// <exception cref="KeyException">The service refused.</exception>
    ValueTask CreateAsync(Keyspace keyspace, CancellationToken cancellationToken);

    /// <summary>
    /// Wraps a data key under the keyspace's active master key, which is made when there never was one.
    /// </summary>
    /// <exception cref="KeyException">The keyspace was revoked, or the service refused.</exception>
    ValueTask<WrappedKey> WrapAsync(Keyspace keyspace, DataKey key, CancellationToken cancellationToken);

    /// <summary>Gives a data key in the clear; the caller disposes it.</summary>
    /// <exception cref="KeyException">
    /// The master key was revoked or is unknown, or the wrapped key is not authentic.
    /// </exception>
    ValueTask<DataKey> UnwrapAsync(Keyspace keyspace, WrappedKey wrapped, CancellationToken cancellationToken);

    /// <summary>
    /// The service's data key, the same for all layers until the next rotation, so that equal chunks get equal names
    /// and bytes on every machine that has this key. For the service's keyspace only; the caller disposes it.
    /// </summary>
    /// <exception cref="ArgumentException">An account's keyspace: accounts never converge.</exception>
    /// <exception cref="KeyException">The service refused.</exception>
    ValueTask<DataKey> GetConvergentKeyAsync(Keyspace keyspace, CancellationToken cancellationToken);

    /// <summary>Makes a new active master key; the ones before go on unwrapping.</summary>
    /// <exception cref="KeyException">The keyspace was revoked, or the service refused.</exception>
    ValueTask<KeyId> RotateAsync(Keyspace keyspace, CancellationToken cancellationToken);

    /// <summary>Destroys all master keys of a keyspace, for good. Does nothing when there are none.</summary>
    /// <returns>How many were destroyed.</returns>
    /// <exception cref="KeyException">The service refused.</exception>
    ValueTask<int> RevokeAsync(Keyspace keyspace, CancellationToken cancellationToken);

    /// <summary>All master keys, the destroyed ones too.</summary>
    /// <exception cref="KeyException">The service refused.</exception>
    ValueTask<IReadOnlyList<KeyInfo>> ListAsync(CancellationToken cancellationToken);
}
