namespace Thaw.Store;

/// <summary>
/// Reads objects by name. A store does not look into what it holds: whoever reads verifies. All members are safe for
/// several threads, and fail with <see cref="StoreException"/>.
/// </summary>
public interface IChunkStore
{
    /// <summary>Reads an object, or a part of it, into the caller's buffer.</summary>
    /// <param name="name">Which.</param>
    /// <param name="offset">Where to begin, in bytes; behind the end nothing is read.</param>
    /// <param name="destination">Filled to its end or the object's.</param>
    /// <param name="freshness">Whether a cache may answer.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StoreException">The store failed. The buffer's content is undefined then.</exception>
    ValueTask<StoreRead> ReadAsync(
        StoreName name,
        long offset,
        Memory<byte> destination,
        Freshness freshness,
        CancellationToken cancellationToken);

    /// <summary>Asks the origin for an object's size and date; null when it is not there.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    ValueTask<StoreEntry?> FindAsync(StoreName name, CancellationToken cancellationToken);
}
