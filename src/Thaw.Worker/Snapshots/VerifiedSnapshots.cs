using System.Collections.Concurrent;

namespace Thaw.Worker.Snapshots;

/// <summary>
/// Knows which snapshots were checked since the worker began. The first start of a version has the monitor check the
/// whole memory file; others that come meanwhile wait for the verdict.
/// </summary>
internal sealed class VerifiedSnapshots(SnapshotStore store)
{
    private readonly ConcurrentDictionary<SnapshotKey, Entry> _entries = new();

    /// <summary>Takes a snapshot for checked: this worker has just written it.</summary>
    internal void Trust(SnapshotKey key) => _entries[key] = new Entry { Manifest = store.Open(key) };

    /// <summary>The manifest of a snapshot that was checked; null for one that was not.</summary>
    internal SnapshotManifest? Find(SnapshotKey key) => _entries.GetValueOrDefault(key)?.Manifest;

    internal void Forget(string function, string? version)
    {
        foreach (SnapshotKey key in _entries.Keys)
        {
            if (key.Function.Name == function && (version is null || key.Function.Version == version))
            {
                _entries.TryRemove(key, out _);
            }
        }
    }

    /// <summary>
    /// Reads again what is known of a version's snapshots; their files but the manifests are as they were.
    /// </summary>
    internal void Refresh(string function, string version)
    {
        foreach ((SnapshotKey key, Entry entry) in _entries)
        {
            if (key.Function.Name == function && key.Function.Version == version && entry.Manifest is not null)
            {
                entry.Manifest = store.Open(key);
            }
        }
    }

    /// <summary>Uses a snapshot.</summary>
    /// <param name="key">Whose.</param>
    /// <param name="use">
    /// Loads it, and tells by its return that this went well; the memory is to be checked where it is told so.
    /// </param>
    /// <param name="cancellationToken">Gives up waiting for the verdict.</param>
    /// <exception cref="WorkerException">There is none, or it is broken.</exception>
    internal async Task<TResult> UseAsync<TResult>(
        SnapshotKey key, Func<SnapshotManifest, bool, Task<TResult>> use, CancellationToken cancellationToken)
    {
        Entry entry = _entries.GetOrAdd(key, _ => new Entry());
        if (entry.Manifest is { } known)
        {
            return await use(known, false).ConfigureAwait(false);
        }
        await entry.Turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        bool isHeld = true;
        try
        {
            if (entry.Manifest is { } verified)
            {
                entry.Turn.Release();
                isHeld = false;
                return await use(verified, false).ConfigureAwait(false);
            }
            SnapshotManifest manifest = store.Open(key);
            TResult result = await use(manifest, true).ConfigureAwait(false);
            entry.Manifest = manifest;
            return result;
        }
        catch (WorkerException failure) when (failure.Fault == WorkerFault.SnapshotInvalid)
        {
            // A version that was deleted must not be remembered by somebody who came too late.
            _entries.TryRemove(key, out _);
            throw;
        }
        finally
        {
            if (isHeld)
            {
                entry.Turn.Release();
            }
        }
    }

    private sealed class Entry
    {
        private volatile SnapshotManifest? _manifest;

        /// <summary>
        /// Lets one start check the snapshot. Never disposed: it has no handle unless one is asked for.
        /// </summary>
        internal SemaphoreSlim Turn { get; } = new(1, 1);

        /// <summary>The manifest, once everything was checked.</summary>
        internal SnapshotManifest? Manifest
        {
            get => _manifest;
            set => _manifest = value;
        }
    }
}
