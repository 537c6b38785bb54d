namespace Thaw.Store;

/// <summary>A store that takes objects.</summary>
public interface IWritableChunkStore : IChunkStore
{
    /// <summary>
    /// Writes an object as a whole: nobody sees a part of it, and a crash leaves it or does not. When two put one name
    /// at once, one of them is there afterwards.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="content">
    /// Its bytes, from 1 to <see cref="StoreLimits.ObjectBytesMax"/>; not changed until the task ends.
    /// </param>
    /// <param name="mode">What to do when there is one.</param>
    /// <param name="cancellationToken">Ends the wait; the object may be there or not.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    ValueTask<PutOutcome> PutAsync(
        StoreName name, ReadOnlyMemory<byte> content, PutMode mode, CancellationToken cancellationToken);

    /// <summary>
    /// Returns once everything put before survives a power cut: a barrier between what names and what is named.
    /// </summary>
    /// <exception cref="StoreException">The store failed.</exception>
    ValueTask FlushAsync(CancellationToken cancellationToken);
}
