namespace Thaw.Store;

/// <summary>A store whose objects can be listed and removed.</summary>
public interface IPrunableChunkStore : IWritableChunkStore
{
    /// <summary>
    /// All objects of an area, ascending by name. What was put before the call is in it; what is put or removed
    /// meanwhile may be.
    /// </summary>
    /// <param name="area">Which.</param>
    /// <param name="after">Begins behind this name, which need not be there; null begins at the beginning.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <exception cref="StoreException">The store failed; what came before stands.</exception>
    IAsyncEnumerable<StoreEntry> ListAsync(
        StoreArea area, StoreName? after, CancellationToken cancellationToken);

    /// <summary>Removes an object; false when it was not there.</summary>
    /// <exception cref="StoreException">The store failed; the object may be there or not.</exception>
    ValueTask<bool> DeleteAsync(StoreName name, CancellationToken cancellationToken);

    /// <summary>Removes what interrupted writes left behind before <paramref name="before"/>, in bytes freed.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    ValueTask<long> RemoveLeftoversAsync(DateTimeOffset before, CancellationToken cancellationToken);
}
