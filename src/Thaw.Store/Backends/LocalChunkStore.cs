using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using Thaw.Linux;

namespace Thaw.Store;

/// <summary>
/// A store in a directory: <c>AREA/XX/NAME</c>. Objects are written under a temporary name, made durable, then renamed:
/// safe for several processes, and a crash leaves temporary files at most.
/// </summary>
public sealed class LocalChunkStore : IPrunableChunkStore
{
    internal const string TemporaryFolder = "tmp";

    private readonly string _root;
    private readonly Durability _durability;
    private readonly IEntropy _entropy;

    /// <summary>Directories with names that are not durable yet.</summary>
    private readonly ConcurrentDictionary<string, bool> _unflushed = new();

    /// <summary>Opens the store, which is made when it is not there.</summary>
    /// <param name="directory">Where.</param>
    /// <param name="durability">What to do against power cuts.</param>
    /// <param name="entropy">Where temporary names come from.</param>
    /// <exception cref="StoreException">The directory cannot be made.</exception>
    public LocalChunkStore(string directory, Durability durability, IEntropy entropy)
    {
        _root = Path.GetFullPath(directory);
        _durability = durability;
        _entropy = entropy;
        try
        {
            Directory.CreateDirectory(Path.Combine(_root, TemporaryFolder));
            foreach (StoreArea area in StoreAreas.All)
            {
                Directory.CreateDirectory(Path.Combine(_root, area.Folder()));
            }
        }
        catch (Exception e) when (LocalFaults.IsKnown(e))
        {
            throw LocalFaults.Translate(e, $"Store {_root} cannot be opened", null);
        }
    }

    /// <summary>What was asked of it.</summary>
    public StoreCounters Counters { get; } = new();

    /// <inheritdoc/>
    public async ValueTask<StoreRead> ReadAsync(
        StoreName name, long offset, Memory<byte> destination, Freshness freshness, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        try
        {
            using SafeFileHandle file = File.OpenHandle(PathOf(name), options: FileOptions.Asynchronous);
            long length = RandomAccess.GetLength(file);
            int wanted = (int)Math.Clamp(length - offset, 0, destination.Length);
            int count = 0;
            while (count < wanted)
            {
                int read = await RandomAccess
                    .ReadAsync(file, destination[count..wanted], offset + count, cancellationToken)
                    .ConfigureAwait(false);
                if (read == 0)
                {
                    throw new StoreException(StoreFault.Unavailable, $"Object {name} became shorter while read.", name);
                }
                count += read;
            }
            Counters.CountRead(count);
            return StoreRead.Found(count, length);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            RequireThere(name);
            return StoreRead.Missing;
        }
        catch (Exception e) when (LocalFaults.IsKnown(e))
        {
            throw LocalFaults.Translate(e, $"Object {name} cannot be read", name);
        }
    }

    /// <inheritdoc/>
    public ValueTask<StoreEntry?> FindAsync(StoreName name, CancellationToken cancellationToken)
    {
        try
        {
            FileInfo file = new(PathOf(name));
            if (!file.Exists)
            {
                RequireThere(name);
                return ValueTask.FromResult<StoreEntry?>(null);
            }
            return ValueTask.FromResult<StoreEntry?>(new StoreEntry(name, file.Length, file.LastWriteTimeUtc));
        }
        catch (FileNotFoundException)
        {
            return ValueTask.FromResult<StoreEntry?>(null);
        }
        catch (Exception e) when (LocalFaults.IsKnown(e))
        {
            throw LocalFaults.Translate(e, $"Object {name} cannot be looked up", name);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<PutOutcome> PutAsync(
        StoreName name, ReadOnlyMemory<byte> content, PutMode mode, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfZero(content.Length, nameof(content));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(content.Length, StoreLimits.ObjectBytesMax, nameof(content));
        string path = PathOf(name);
        if (mode == PutMode.IfAbsent && File.Exists(path))
        {
            return PutOutcome.AlreadyThere;
        }
        string temporary = TemporaryPath();
        try
        {
            await WriteAsync(temporary, content, cancellationToken).ConfigureAwait(false);
            string folder = Path.GetDirectoryName(path)!;
            if (!Directory.Exists(folder))
            {
                Directory.CreateDirectory(folder);
                _unflushed[Path.GetDirectoryName(folder)!] = true;
            }
            // Of two that put one name at once the later stays; both are whole.
            File.Move(temporary, path, overwrite: true);
            _unflushed[folder] = true;
        }
        catch (Exception e)
        {
            DeleteQuietly(temporary);
            if (!LocalFaults.IsKnown(e))
            {
                throw;
            }
            Counters.CountFailure();
            throw LocalFaults.Translate(e, $"Object {name} cannot be written", name);
        }
        Counters.CountWrite(content.Length);
        return PutOutcome.Written;
    }

    /// <inheritdoc/>
    public ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        foreach (string folder in _unflushed.Keys)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _unflushed.TryRemove(folder, out _);
            if (_durability == Durability.None)
            {
                continue;
            }
            try
            {
                DirectorySync.Flush(folder);
            }
            catch (LinuxException e)
            {
                _unflushed[folder] = true;
                throw LocalFaults.Translate(e, $"Directory {folder} cannot be flushed", null);
            }
        }
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoreEntry> ListAsync(
        StoreArea area, StoreName? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string folder = Path.Combine(_root, area.Folder());
        string[] fanOuts = LocalFaults.Guard(
            () => Directory.GetDirectories(folder), $"Directory {folder} cannot be listed");
        Array.Sort(fanOuts, StringComparer.Ordinal);
        foreach (string fanOut in fanOuts)
        {
            if (after is { } last && string.CompareOrdinal(Path.GetFileName(fanOut), last.FanOut) < 0)
            {
                continue;
            }
            string[] files = LocalFaults.Guard(
                () => Directory.GetFiles(fanOut), $"Directory {fanOut} cannot be listed");
            Array.Sort(files, StringComparer.Ordinal);
            foreach (string file in files)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (StoreName.TryParse(area, Path.GetFileName(file), out StoreName name)
                    && name.IsBehind(after)
                    && await FindAsync(name, cancellationToken).ConfigureAwait(false) is { } entry)
                {
                    yield return entry;
                }
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(StoreName name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        string path = PathOf(name);
        return ValueTask.FromResult(LocalFaults.Guard(
            () =>
            {
                if (!File.Exists(path))
                {
                    return false;
                }
                File.Delete(path);
                _unflushed[Path.GetDirectoryName(path)!] = true;
                return true;
            },
            $"Object {name} cannot be deleted",
            name));
    }

    /// <inheritdoc/>
    public ValueTask<long> RemoveLeftoversAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        long bytes = 0;
        string folder = Path.Combine(_root, TemporaryFolder);
        FileInfo[] files = LocalFaults.Guard(
            () => new DirectoryInfo(folder).GetFiles(), $"Directory {folder} cannot be listed");
        foreach (FileInfo file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (file.Exists && file.LastWriteTimeUtc < before)
            {
                bytes += file.Length;
                DeleteQuietly(file.FullName);
            }
        }
        return ValueTask.FromResult(bytes);
    }

    /// <summary>Dates an object anew, as a record of its last use; does nothing when it is not there.</summary>
    internal void Touch(StoreName name, DateTimeOffset now)
    {
        try
        {
            File.SetLastWriteTimeUtc(PathOf(name), now.UtcDateTime);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another process removed it, or may not be disturbed; it only counts as older than it is.
        }
    }

    // A directory that is away, a network's perhaps, says nothing about what is in it.
    private void RequireThere(StoreName name)
    {
        if (!Directory.Exists(Path.Combine(_root, name.Area.Folder())))
        {
            throw new StoreException(StoreFault.Unavailable, $"Store {_root} is away.", name);
        }
    }

    private async Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        using SafeFileHandle file = File.OpenHandle(
            path, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.Asynchronous);
        await RandomAccess.WriteAsync(file, content, 0, cancellationToken).ConfigureAwait(false);
        if (_durability == Durability.Full)
        {
            RandomAccess.FlushToDisk(file);
        }
    }

    private string TemporaryPath()
    {
        Span<byte> unique = stackalloc byte[16];
        _entropy.Fill(unique);
        return Path.Combine(
            _root,
            TemporaryFolder,
            string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Hex.Text(unique)}"));
    }

    private string PathOf(StoreName name) => Path.Combine(_root, name.ToPath());

    private static void DeleteQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It stays until the next removal of leftovers.
        }
    }
}
