namespace Thaw.Store;

/// <summary>A lease that somebody passed the gate with.</summary>
internal sealed class GatePass : IAsyncDisposable
{
    private readonly LeaseRecord _record;
    private readonly TimeProvider _time;
    private readonly TimeSpan _lease;

    internal GatePass(LeaseRecord record, TimeProvider time, TimeSpan lease)
    {
        _record = record;
        _time = time;
        _lease = lease;
    }

    /// <summary>Runs something that ends well before others may take this lease's owner for dead.</summary>
    /// <exception cref="StoreException">The lease was lost, or it did not end in time.</exception>
    internal async ValueTask RunHeldAsync(
        Func<CancellationToken, ValueTask> action, CancellationToken cancellationToken)
    {
        await _record.EnsureHeldAsync(cancellationToken).ConfigureAwait(false);
        using CancellationTokenSource late = new(_lease / 4, _time);
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            await action(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
            when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new StoreException(
                StoreFault.LeaseLost, $"The store did not answer within {_lease / 4}.", _record.Name, e);
        }
    }

    public ValueTask DisposeAsync() => _record.DisposeAsync();
}
