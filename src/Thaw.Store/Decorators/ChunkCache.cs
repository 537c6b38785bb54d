namespace Thaw.Store;

/// <summary>
/// Objects on a local disk, bounded, least recently used out first. A file's date is its last use, so that order and
/// content survive restarts and are the same for all processes that share the directory.
/// </summary>
internal sealed class ChunkCache : IDisposable
{
    /// <summary>Of the bound: how much one process adds before it looks at what others added.</summary>
    private const int RescanShare = 16;

    /// <summary>Of the bound: how much more than necessary is removed, so that not every put removes.</summary>
    private const int SlackShare = 10;

    private static readonly StoreArea[] s_areas = [StoreArea.Chunk, StoreArea.Layer];

    private readonly LocalChunkStore _files;
    private readonly string _lockPath;
    private readonly long _bytesMax;
    private readonly TimeProvider _time;
    private readonly StoreCounters _counters;
    private readonly SemaphoreSlim _making = new(1);

    private long _bytesAtScan = long.MaxValue / 2;
    private long _bytesAdded;

    internal ChunkCache(CacheOptions options, IEntropy entropy, TimeProvider time, StoreCounters counters)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.BytesMax, nameof(options));
        _files = new LocalChunkStore(options.Directory, Durability.None, entropy);
        _lockPath = Path.Combine(options.Directory, "evict.lock");
        _bytesMax = options.BytesMax;
        _time = time;
        _counters = counters;
    }

    internal static bool Keeps(StoreName name) => Array.IndexOf(s_areas, name.Area) >= 0;

    /// <summary>Reads a kept object; one that cannot be read is as good as missing.</summary>
    internal async ValueTask<StoreRead> ReadAsync(
        StoreName name, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        try
        {
            StoreRead read = await _files
                .ReadAsync(name, offset, destination, Freshness.Cached, cancellationToken).ConfigureAwait(false);
            if (read.IsFound)
            {
                _files.Touch(name, _time.GetUtcNow());
            }
            return read;
        }
        catch (StoreException)
        {
            _counters.CountFailure();
            return StoreRead.Missing;
        }
    }

    /// <summary>Keeps an object, after others made room. A cache that cannot is counted, never an error.</summary>
    internal async ValueTask AddAsync(StoreName name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (content.Length > _bytesMax / RescanShare)
        {
            await RemoveAsync(name, cancellationToken).ConfigureAwait(false);
            return;
        }
        try
        {
            long added = Interlocked.Add(ref _bytesAdded, content.Length);
            if (added > _bytesMax / RescanShare || Interlocked.Read(ref _bytesAtScan) + added > _bytesMax)
            {
                await MakeRoomAsync(content.Length, cancellationToken).ConfigureAwait(false);
            }
            await _files.PutAsync(name, content, PutMode.Replace, cancellationToken).ConfigureAwait(false);
            _files.Touch(name, _time.GetUtcNow());
        }
        catch (StoreException)
        {
            _counters.CountFailure();
        }
    }

    internal async ValueTask RemoveAsync(StoreName name, CancellationToken cancellationToken)
    {
        try
        {
            await _files.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException)
        {
            _counters.CountFailure();
        }
    }

    internal ValueTask<long> RemoveLeftoversAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        _files.RemoveLeftoversAsync(before, cancellationToken);

    public void Dispose() => _making.Dispose();

    private async ValueTask MakeRoomAsync(long forBytes, CancellationToken cancellationToken)
    {
        await _making.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            long added = Interlocked.Read(ref _bytesAdded);
            bool isMadeAlready = added <= _bytesMax / RescanShare
                && Interlocked.Read(ref _bytesAtScan) + added <= _bytesMax;
            if (isMadeAlready)
            {
                return;
            }
            // Two processes that remove at once would remove twice as much as they have to.
            using Linux.FileLock held = Linux.FileLock.Acquire(_lockPath);
            Interlocked.Exchange(ref _bytesAdded, forBytes);
            long kept = await RemoveOldestAsync(forBytes, cancellationToken).ConfigureAwait(false);
            Interlocked.Exchange(ref _bytesAtScan, kept);
        }
        catch (Linux.LinuxException e)
        {
            throw LocalFaults.Translate(e, "The cache cannot be locked", null);
        }
        finally
        {
            _making.Release();
        }
    }

    private async ValueTask<long> RemoveOldestAsync(long forBytes, CancellationToken cancellationToken)
    {
        List<StoreEntry> entries = [];
        foreach (StoreArea area in s_areas)
        {
            await foreach (StoreEntry entry in _files.ListAsync(area, null, cancellationToken).ConfigureAwait(false))
            {
                entries.Add(entry);
            }
        }
        long bytes = entries.Sum(entry => entry.SizeBytes);
        if (bytes + forBytes <= _bytesMax)
        {
            return bytes;
        }
        entries.Sort((left, right) => left.Modified.CompareTo(right.Modified));
        long target = _bytesMax - (_bytesMax / SlackShare) - forBytes;
        int count = 0;
        foreach (StoreEntry entry in entries)
        {
            if (bytes <= target)
            {
                break;
            }
            await _files.DeleteAsync(entry.Name, cancellationToken).ConfigureAwait(false);
            bytes -= entry.SizeBytes;
            count++;
        }
        _counters.CountEvictions(count);
        return bytes;
    }
}
