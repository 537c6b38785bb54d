using System.Buffers.Binary;
using System.Runtime.ExceptionServices;

namespace Thaw.Store;

/// <summary>
/// An object in the store that says: somebody is at work. It changes as long as its owner lives. What counts are
/// durations on each side's own monotonic clock, so that clocks need not agree.
/// </summary>
internal sealed class LeaseRecord : IAsyncDisposable
{
    internal const int RecordBytes = 24;

    private readonly IPrunableChunkStore _store;
    private readonly TimeProvider _time;
    private readonly TimeSpan _lease;
    private readonly ITimer _timer;
    private readonly Lock _gate = new(); // Guards _renewal. The fields behind it belong to the renewal under way.
    private Task _renewal = Task.CompletedTask;
    private ulong _counter;
    private long _renewedAt;
    private bool _isLost;
    private Exception? _fault;

    private LeaseRecord(IPrunableChunkStore store, StoreName name, TimeProvider time, TimeSpan lease, long startedAt)
    {
        _store = store;
        Name = name;
        _time = time;
        _lease = lease;
        _renewedAt = startedAt;
        _timer = time.CreateTimer(_ => _ = RenewAsync(), null, lease / 4, lease / 4);
    }

    internal StoreName Name { get; }

    internal static async ValueTask<LeaseRecord> CreateAsync(
        IPrunableChunkStore store,
        StoreArea area,
        IEntropy entropy,
        TimeProvider time,
        TimeSpan lease,
        CancellationToken cancellationToken)
    {
        StoreName name = StoreName.For(area, KeyId.Create(entropy));
        long startedAt = time.GetTimestamp();
        await store.PutAsync(name, Encode(0), PutMode.Replace, cancellationToken).ConfigureAwait(false);
        return new LeaseRecord(store, name, time, lease, startedAt);
    }

    /// <summary>Makes sure that nobody takes this record for dead within the next half of the lease.</summary>
    /// <exception cref="StoreException">It was taken for dead, or may have been.</exception>
    internal async ValueTask EnsureHeldAsync(CancellationToken cancellationToken)
    {
        if (_time.GetElapsedTime(Volatile.Read(ref _renewedAt)) > _lease / 8)
        {
            await RenewAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
            if (Volatile.Read(ref _fault) is { } fault)
            {
                ExceptionDispatchInfo.Throw(fault);
            }
        }
        if (Volatile.Read(ref _isLost))
        {
            throw new StoreException(
                StoreFault.LeaseLost,
                $"{Name} was not renewed within {_lease / 2}, so that others may have taken its owner for dead.",
                Name);
        }
    }

    /// <summary>Ends the lease. A record that cannot be removed is taken for dead by others in time.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync().ConfigureAwait(false);
        Task last;
        lock (_gate)
        {
            last = _renewal;
            _renewal = Task.FromCanceled(new CancellationToken(canceled: true));
        }
        // A renewal under way would write the record again.
        await last.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await _store.DeleteAsync(Name, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StoreException)
        {
            // As the summary says.
        }
    }

    private static byte[] Encode(ulong counter)
    {
        byte[] record = new byte[RecordBytes];
        "THAWGATE"u8.CopyTo(record);
        record[8] = 1;
        BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(16), counter);
        return record;
    }

    // The renewal under way, or a new one; none once the lease has ended.
    private Task RenewAsync()
    {
        TaskCompletionSource done = new();
        lock (_gate)
        {
            if (!_renewal.IsCompleted || _renewal.IsCanceled)
            {
                return _renewal;
            }
            _renewal = done.Task;
        }
        _ = RenewAsync(done);
        return done.Task;
    }

    // A renewal that failed is followed by another; too late a one ends the lease.
    private async Task RenewAsync(TaskCompletionSource done)
    {
        try
        {
            await RenewOnceAsync().ConfigureAwait(false);
            _fault = null;
        }
        catch (Exception e)
        {
            _fault = e;
        }
        finally
        {
            done.SetResult();
        }
    }

    private async ValueTask RenewOnceAsync()
    {
        long startedAt = _time.GetTimestamp();
        _isLost |= _time.GetElapsedTime(_renewedAt, startedAt) > _lease / 2;
        _isLost |= !_isLost
            && await _store.FindAsync(Name, CancellationToken.None).ConfigureAwait(false) is null;
        if (_isLost)
        {
            return;
        }
        await _store.PutAsync(Name, Encode(++_counter), PutMode.Replace, CancellationToken.None).ConfigureAwait(false);
        // A process that slept in between may have written over a record that was removed as dead.
        _isLost |= _time.GetElapsedTime(startedAt) > _lease / 2;
        Volatile.Write(ref _renewedAt, startedAt);
    }
}
