namespace Thaw.Store;

/// <summary>
/// Keeps publications and sweeps apart, among any number of processes and machines on one store: many publications at
/// once, or sweeps. Each announces itself with a record in the store and then looks for the others'. Needs a store that
/// shows in listings what was put before.
/// </summary>
/// <remarks>Why this is safe: docs/design/0010-chunk-store.md.</remarks>
public sealed class StoreGate
{
    private readonly IPrunableChunkStore _store;
    private readonly IEntropy _entropy;
    private readonly TimeProvider _time;
    private readonly GateOptions _options;

    /// <summary>
    /// Guards <paramref name="store"/>: everybody who publishes to it or collects its garbage goes through here.
    /// </summary>
    public StoreGate(IPrunableChunkStore store, IEntropy entropy, TimeProvider time, GateOptions? options = null)
    {
        _store = store;
        _entropy = entropy;
        _time = time;
        _options = options ?? new GateOptions();
    }

    /// <summary>Begins a publication; waits for a sweep to end.</summary>
    /// <exception cref="StoreException">A sweep did not end in time, or the store failed.</exception>
    public async ValueTask<PublicationTicket> EnterAsync(CancellationToken cancellationToken)
    {
        PeerWatch sweeps = new(_store, StoreArea.Sweep, _time, _options.Lease);
        long startedAt = _time.GetTimestamp();
        while (true)
        {
            LeaseRecord record = await AnnounceAsync(StoreArea.Publication, cancellationToken).ConfigureAwait(false);
            try
            {
                if (await sweeps.CountAsync(cancellationToken).ConfigureAwait(false) == 0)
                {
                    return new PublicationTicket(new GatePass(record, _time, _options.Lease));
                }
            }
            catch
            {
                await record.DisposeAsync().ConfigureAwait(false);
                throw;
            }
            // Out of the way, so that the sweep does not wait for what waits for it.
            await record.DisposeAsync().ConfigureAwait(false);
            await WaitUntilNoneAsync(sweeps, "sweep", startedAt, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Begins a sweep: keeps new publications out and waits for those under way.</summary>
    /// <exception cref="StoreException">A publication did not end in time, or the store failed.</exception>
    internal async ValueTask<GatePass> BeginSweepAsync(CancellationToken cancellationToken)
    {
        PeerWatch publications = new(_store, StoreArea.Publication, _time, _options.Lease);
        LeaseRecord record = await AnnounceAsync(StoreArea.Sweep, cancellationToken).ConfigureAwait(false);
        try
        {
            await WaitUntilNoneAsync(publications, "publication", _time.GetTimestamp(), cancellationToken)
                .ConfigureAwait(false);
            return new GatePass(record, _time, _options.Lease);
        }
        catch
        {
            await record.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private ValueTask<LeaseRecord> AnnounceAsync(StoreArea area, CancellationToken cancellationToken) =>
        LeaseRecord.CreateAsync(_store, area, _entropy, _time, _options.Lease, cancellationToken);

    private async ValueTask WaitUntilNoneAsync(
        PeerWatch peers, string what, long startedAt, CancellationToken cancellationToken)
    {
        while (await peers.CountAsync(cancellationToken).ConfigureAwait(false) is > 0 and var count)
        {
            if (_time.GetElapsedTime(startedAt) > _options.WaitMax)
            {
                throw new StoreException(
                    StoreFault.Busy, $"After {_options.WaitMax} there is still a {what} under way ({count} in all).");
            }
            await Task.Delay(_options.Poll, _time, cancellationToken).ConfigureAwait(false);
        }
    }
}
