namespace Thaw.Store;

/// <summary>Watches the records of an area; those that do not change for a lease are dead and removed.</summary>
internal sealed class PeerWatch
{
    private readonly IPrunableChunkStore _store;
    private readonly StoreArea _area;
    private readonly TimeProvider _time;
    private readonly TimeSpan _lease;
    private readonly Dictionary<StoreName, (string Content, long Since)> _seen = [];

    internal PeerWatch(IPrunableChunkStore store, StoreArea area, TimeProvider time, TimeSpan lease)
    {
        _store = store;
        _area = area;
        _time = time;
        _lease = lease;
    }

    /// <summary>How many are alive, or not yet known to be dead.</summary>
    internal async ValueTask<int> CountAsync(CancellationToken cancellationToken)
    {
        int alive = 0;
        await foreach (StoreEntry entry in _store.ListAsync(_area, null, cancellationToken).ConfigureAwait(false))
        {
            alive += await IsAliveAsync(entry.Name, cancellationToken).ConfigureAwait(false) ? 1 : 0;
        }
        return alive;
    }

    private async ValueTask<bool> IsAliveAsync(StoreName name, CancellationToken cancellationToken)
    {
        byte[] record = new byte[LeaseRecord.RecordBytes];
        StoreRead read = await _store
            .ReadAsync(name, 0, record, Freshness.Origin, cancellationToken).ConfigureAwait(false);
        if (!read.IsFound)
        {
            return false;
        }
        string content = Hex.Text(record.AsSpan(0, read.Count));
        bool isKnown = _seen.TryGetValue(name, out (string Content, long Since) last) && last.Content == content;
        if (!isKnown)
        {
            _seen[name] = (content, _time.GetTimestamp());
            return true;
        }
        if (_time.GetElapsedTime(last.Since) < _lease)
        {
            return true;
        }
        await _store.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
        return false;
    }
}
