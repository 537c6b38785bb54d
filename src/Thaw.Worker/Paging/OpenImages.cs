namespace Thaw.Worker.Paging;

/// <summary>
/// The images that one pager holds open: each opened once, and to be closed when nobody started from it for long. Their
/// pages stay in memory as long as they are open.
/// </summary>
internal sealed class OpenImages(TimeProvider time)
{
    private readonly object _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Uses a layer's image; it is not closed meanwhile.</summary>
    /// <param name="layerId">The layer.</param>
    /// <param name="open">Opens it, once for all who want it.</param>
    /// <param name="use">What to do with the image's name.</param>
    internal async Task<T> UseAsync<T>(string layerId, Func<Task<string>> open, Func<string, Task<T>> use)
    {
        Entry entry = Enter(layerId, open);
        try
        {
            return await use(await entry.Image.Value.ConfigureAwait(false)).ConfigureAwait(false);
        }
        finally
        {
            Leave(layerId, entry);
        }
    }

    /// <summary>Forgets a layer's image; null where there is none, or it did not open.</summary>
    internal Task<string>? Take(string layerId)
    {
        lock (_gate)
        {
            return _entries.Remove(layerId, out Entry? entry) ? entry.Image.Value : null;
        }
    }

    /// <summary>
    /// Layers that nobody uses now: all that were not used for <paramref name="idle"/>, and of the others the longest
    /// unused, as far as there are more than <paramref name="max"/>.
    /// </summary>
    internal IReadOnlyList<string> FindIdle(TimeSpan idle, int max)
    {
        lock (_gate)
        {
            int over = _entries.Count - max;
            return
            [
                .. _entries.Where(pair => pair.Value.Users == 0)
                    .OrderBy(pair => pair.Value.LastUsed)
                    .TakeWhile((pair, index) => index < over || time.GetElapsedTime(pair.Value.LastUsed) >= idle)
                    .Select(pair => pair.Key),
            ];
        }
    }

    private Entry Enter(string layerId, Func<Task<string>> open)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(layerId, out Entry? entry))
            {
                entry = new Entry(open);
                _entries.Add(layerId, entry);
            }
            entry.Users++;
            return entry;
        }
    }

    private void Leave(string layerId, Entry entry)
    {
        lock (_gate)
        {
            entry.Users--;
            entry.LastUsed = time.GetTimestamp();
            if (!entry.Image.Value.IsCompletedSuccessfully && _entries.GetValueOrDefault(layerId) == entry)
            {
                // The next one tries again.
                _entries.Remove(layerId);
            }
        }
    }

    private sealed class Entry(Func<Task<string>> open)
    {
        internal Lazy<Task<string>> Image { get; } = new(open);

        internal int Users { get; set; }

        internal long LastUsed { get; set; }
    }
}
