using System.Runtime.CompilerServices;

namespace Thaw.Store.Tests;

/// <summary>Lets each request wait for its turn before it is done, and another before its answer arrives.</summary>
internal sealed class TurnTakingChunkStore(IPrunableChunkStore inner, InterleavingTests turns, int actor)
    : IPrunableChunkStore
{
    public ValueTask<StoreRead> ReadAsync(
        StoreName name,
        long offset,
        Memory<byte> destination,
        Freshness freshness,
        CancellationToken cancellationToken) =>
        RunAsync(() => inner.ReadAsync(name, offset, destination, freshness, cancellationToken));

    public ValueTask<StoreEntry?> FindAsync(StoreName name, CancellationToken cancellationToken) =>
        RunAsync(() => inner.FindAsync(name, cancellationToken));

    public ValueTask<PutOutcome> PutAsync(
        StoreName name, ReadOnlyMemory<byte> content, PutMode mode, CancellationToken cancellationToken) =>
        RunAsync(() => inner.PutAsync(name, content, mode, cancellationToken));

    public ValueTask FlushAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public async IAsyncEnumerable<StoreEntry> ListAsync(
        StoreArea area, StoreName? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // One answer of the store has many names; what changes afterwards is not in it.
        List<StoreEntry> page = await RunAsync(async () =>
        {
            List<StoreEntry> entries = [];
            await foreach (StoreEntry entry in inner.ListAsync(area, after, cancellationToken).ConfigureAwait(false))
            {
                entries.Add(entry);
            }
            return entries;
        }).ConfigureAwait(false);
        foreach (StoreEntry entry in page)
        {
            yield return entry;
        }
    }

    public ValueTask<bool> DeleteAsync(StoreName name, CancellationToken cancellationToken) =>
        RunAsync(() => inner.DeleteAsync(name, cancellationToken));

    public ValueTask<long> RemoveLeftoversAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        ValueTask.FromResult(0L);

    private async ValueTask<T> RunAsync<T>(Func<ValueTask<T>> request)
    {
        await turns.TurnAsync(actor).ConfigureAwait(false);
        RequireAlive();
        T answer = await request().ConfigureAwait(false);
        await turns.TurnAsync(actor).ConfigureAwait(false);
        RequireAlive();
        return answer;
    }

    private void RequireAlive()
    {
        if (turns.IsKilled(actor))
        {
            throw new StoreException(StoreFault.Unavailable, "This actor is dead.");
        }
    }
}
