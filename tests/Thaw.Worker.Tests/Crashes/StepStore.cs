using System.Diagnostics;
using System.Runtime.CompilerServices;
using Thaw.Store;

namespace Thaw.Worker.Tests.Crashes;

/// <summary>
/// A store that knows how many requests are under way, and kills this process (SIGKILL) before a given one.
/// </summary>
internal sealed class StepStore(IPrunableChunkStore inner) : IPrunableChunkStore
{
    private int _left = int.MaxValue;
    private int _underWay;

    /// <summary>Requests that are under way.</summary>
    internal int UnderWay => Volatile.Read(ref _underWay);

    /// <summary>From now on: this many requests more, then the end.</summary>
    internal void Arm(int requests) => Volatile.Write(ref _left, requests);

    public async ValueTask<StoreRead> ReadAsync(
        StoreName name, long offset, Memory<byte> destination, Freshness freshness, CancellationToken cancellationToken)
    {
        using Step step = new(this);
        return await inner.ReadAsync(name, offset, destination, freshness, cancellationToken);
    }

    public async ValueTask<StoreEntry?> FindAsync(StoreName name, CancellationToken cancellationToken)
    {
        using Step step = new(this);
        return await inner.FindAsync(name, cancellationToken);
    }

    public async ValueTask<PutOutcome> PutAsync(
        StoreName name, ReadOnlyMemory<byte> content, PutMode mode, CancellationToken cancellationToken)
    {
        using Step step = new(this);
        return await inner.PutAsync(name, content, mode, cancellationToken);
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        using Step step = new(this);
        await inner.FlushAsync(cancellationToken);
    }

    public async IAsyncEnumerable<StoreEntry> ListAsync(
        StoreArea area, StoreName? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using Step step = new(this);
        await foreach (StoreEntry entry in inner.ListAsync(area, after, cancellationToken))
        {
            yield return entry;
        }
    }

    public async ValueTask<bool> DeleteAsync(StoreName name, CancellationToken cancellationToken)
    {
        using Step step = new(this);
        return await inner.DeleteAsync(name, cancellationToken);
    }

    public async ValueTask<long> RemoveLeftoversAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        using Step step = new(this);
        return await inner.RemoveLeftoversAsync(before, cancellationToken);
    }

    // Nothing that this process could prevent or clean up after.
    private static void Die()
    {
        using Process self = Process.GetCurrentProcess();
        self.Kill();
        self.WaitForExit();
    }

    private readonly struct Step : IDisposable
    {
        private readonly StepStore _store;

        internal Step(StepStore store)
        {
            _store = store;
            Interlocked.Increment(ref store._underWay);
            if (Interlocked.Decrement(ref store._left) < 0)
            {
                Die();
            }
        }

        public void Dispose() => Interlocked.Decrement(ref _store._underWay);
    }
}
