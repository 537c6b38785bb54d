using System.Runtime.CompilerServices;

namespace Thaw.Store.Tests;

/// <summary>A store that is slow, fails, lies or is gone, on command.</summary>
public sealed class FaultInjectingChunkStore(IPrunableChunkStore inner, TimeProvider time) : IPrunableChunkStore
{
    private int _requests;

    /// <summary>Decides by the request's number, from 0, and what it is about.</summary>
    public Func<int, StoreName?, Fault> Decide { get; set; } = (_, _) => Fault.None;

    /// <summary>How long each request takes.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Reads of one name are answered with another's object.</summary>
    public Dictionary<StoreName, StoreName> Swaps { get; } = [];

    /// <summary>Requests so far.</summary>
    public int Requests => Volatile.Read(ref _requests);

    public async ValueTask<StoreRead> ReadAsync(
        StoreName name, long offset, Memory<byte> destination, Freshness freshness, CancellationToken cancellationToken)
    {
        Fault fault = await BeginAsync(name, cancellationToken);
        if (fault == Fault.Missing)
        {
            return StoreRead.Missing;
        }
        StoreRead read = await inner.ReadAsync(
            Swaps.GetValueOrDefault(name, name), offset, destination, freshness, cancellationToken);
        if (fault == Fault.Corrupt && read.Count > 0)
        {
            destination.Span[read.Count / 2] ^= 0x10;
        }
        return fault == Fault.Truncated ? StoreRead.Found(read.Count / 2, read.Count / 2) : read;
    }

    public async ValueTask<StoreEntry?> FindAsync(StoreName name, CancellationToken cancellationToken)
    {
        Fault fault = await BeginAsync(name, cancellationToken);
        return fault == Fault.Missing ? null : await inner.FindAsync(name, cancellationToken);
    }

    public async ValueTask<PutOutcome> PutAsync(
        StoreName name, ReadOnlyMemory<byte> content, PutMode mode, CancellationToken cancellationToken)
    {
        if (await BeginAsync(name, cancellationToken) == Fault.OutOfSpace)
        {
            throw new StoreException(StoreFault.OutOfSpace, $"No room for {name}.", name);
        }
        return await inner.PutAsync(name, content, mode, cancellationToken);
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await BeginAsync(null, cancellationToken);
        await inner.FlushAsync(cancellationToken);
    }

    public async IAsyncEnumerable<StoreEntry> ListAsync(
        StoreArea area, StoreName? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await BeginAsync(null, cancellationToken);
        await foreach (StoreEntry entry in inner.ListAsync(area, after, cancellationToken))
        {
            yield return entry;
            await BeginAsync(entry.Name, cancellationToken);
        }
    }

    public async ValueTask<bool> DeleteAsync(StoreName name, CancellationToken cancellationToken)
    {
        await BeginAsync(name, cancellationToken);
        return await inner.DeleteAsync(name, cancellationToken);
    }

    public async ValueTask<long> RemoveLeftoversAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await BeginAsync(null, cancellationToken);
        return await inner.RemoveLeftoversAsync(before, cancellationToken);
    }

    private async ValueTask<Fault> BeginAsync(StoreName? name, CancellationToken cancellationToken)
    {
        Fault fault = Decide(Interlocked.Increment(ref _requests) - 1, name);
        if (Delay > TimeSpan.Zero)
        {
            TaskCompletionSource later = new();
            using ITimer timer = time.CreateTimer(_ => later.SetResult(), null, Delay, Timeout.InfiniteTimeSpan);
            await later.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        if (fault == Fault.Hang)
        {
            TaskCompletionSource never = new();
            await never.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        return fault == Fault.Unavailable
            ? throw new StoreException(StoreFault.Unavailable, "The store is away.", name)
            : fault;
    }
}
