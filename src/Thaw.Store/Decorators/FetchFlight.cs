namespace Thaw.Store;

/// <summary>
/// One fetch of one object, for all who want it meanwhile. It is given up when none of them waits any longer.
/// </summary>
internal sealed class FetchFlight : IDisposable
{
    private readonly CancellationTokenSource _abandoned = new();
    private readonly TaskCompletionSource<Fetched> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new(); // Guards _waiters.
    private int _waiters = 1; // Who began it.

    /// <summary>What a fetch gave: the object, or its beginning when the buffer was too small.</summary>
    internal sealed record Fetched(StoreRead Read, byte[] Bytes);

    /// <summary>Ends once the fetch will touch the cache no more.</summary>
    internal Task Settled => _settled.Task;

    internal CancellationToken Abandoned => _abandoned.Token;

    /// <summary>Joins those who wait; false when the last of them has left before it was done.</summary>
    internal bool TryJoin()
    {
        lock (_gate)
        {
            if (_waiters < 0)
            {
                return false;
            }
            _waiters++;
            return true;
        }
    }

    internal async ValueTask<Fetched> WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _done.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Leave();
        }
    }

    internal void Complete(Fetched fetched) => _done.TrySetResult(fetched);

    internal void Fail(Exception exception)
    {
        _done.TrySetException(exception);
        // Observed here, so that a fetch that nobody waits for any longer does not count as unobserved.
        _ = _done.Task.Exception;
    }

    internal void Settle() => _settled.TrySetResult();

    public void Dispose() => _abandoned.Dispose();

    private void Leave()
    {
        bool isLast;
        lock (_gate)
        {
            isLast = --_waiters == 0 && !_done.Task.IsCompleted;
            if (isLast)
            {
                _waiters = -1;
            }
        }
        if (isLast)
        {
            _abandoned.Cancel();
        }
    }
}
