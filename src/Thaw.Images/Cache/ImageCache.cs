using System.Text.Json;

namespace Thaw.Images.Cache;

/// <summary>
/// Finished parts of images, each in a directory named by kind and key. A directory under its final name is complete:
/// it is built under a temporary one and renamed. What is damaged later is noticed when it is opened, and built again.
/// </summary>
public sealed class ImageCache
{
    private const string RecordName = "entry.json";
    private static readonly TimeSpan s_lockPoll = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_unusedMax = TimeSpan.FromDays(14);
    private readonly string _root;

    /// <summary>Opens the cache under <paramref name="root"/>, which need not exist yet.</summary>
    public ImageCache(string root)
    {
        _root = Path.GetFullPath(root);
    }

    /// <summary><c>$XDG_CACHE_HOME/thaw</c>, or <c>~/.cache/thaw</c>.</summary>
    public static string DefaultDirectory
    {
        get
        {
            string? home = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            return string.IsNullOrEmpty(home)
                ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "thaw")
                : Path.Combine(home, "thaw");
        }
    }

    /// <summary>The directory that this cache keeps everything in.</summary>
    public string Root => _root;

    /// <summary>Takes the cache's lock: one builder at a time on a machine.</summary>
    public async Task<IDisposable> LockAsync(IProgress<ImageProgress>? progress, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_root);
        string path = Path.Combine(_root, "lock");
        bool told = false;
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (File.Exists(path) && e is not PathTooLongException)
            {
                if (!told)
                {
                    progress?.Report(new ImageProgress("cache", $"Waiting for another build to release {path}"));
                    told = true;
                }

                await Task.Delay(s_lockPoll, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Gives the entry of this kind and key, building it when it is not there or damaged.</summary>
    /// <param name="kind">The kind of part; names the directory.</param>
    /// <param name="key">Hash of everything that decides the content.</param>
    /// <param name="build">Fills an empty directory and returns facts to remember.</param>
    /// <param name="progress">Told when a damaged entry is dropped.</param>
    /// <param name="cancellationToken">Ends the build; nothing stays behind.</param>
    public async Task<CacheEntry> GetOrBuildAsync(
        string kind,
        CacheKey key,
        Func<string, CancellationToken, Task<IReadOnlyDictionary<string, string>>> build,
        IProgress<ImageProgress>? progress,
        CancellationToken cancellationToken)
    {
        string final = Path.Combine(_root, $"{kind}-{key}");
        CacheEntry? entry = await TryOpenAsync(final, kind, key.ToString(), progress, cancellationToken)
            .ConfigureAwait(false);
        if (entry is not null)
        {
            Directory.SetLastWriteTimeUtc(final, DateTime.UtcNow);
            return entry;
        }

        string temporary = Path.Combine(_root, "tmp", $"{kind}-{key}.{Environment.ProcessId}");
        DeleteIfThere(temporary);
        Directory.CreateDirectory(temporary);
        try
        {
            IReadOnlyDictionary<string, string> facts = await build(temporary, cancellationToken).ConfigureAwait(false);
            var files = new List<ImageFile>();
            // Links lead to other entries, which have records of their own.
            foreach (string path in Directory.EnumerateFiles(temporary, "*", SearchOption.AllDirectories)
                .Where(p => File.ResolveLinkTarget(p, returnFinalTarget: false) is null))
            {
                string name = Path.GetRelativePath(temporary, path);
                files.Add(await ImageFile.MeasureAsync(temporary, name, cancellationToken).ConfigureAwait(false));
            }

            files.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
            var record = new CacheEntryRecord(kind, key.ToString(), files, facts);
            await File.WriteAllBytesAsync(
                Path.Combine(temporary, RecordName),
                JsonSerializer.SerializeToUtf8Bytes(record, ImageJson.Default.CacheEntryRecord),
                cancellationToken).ConfigureAwait(false);
            DeleteIfThere(final);
            Directory.Move(temporary, final);
            return new CacheEntry(final, record);
        }
        finally
        {
            DeleteIfThere(temporary);
        }
    }

    /// <summary>Drops what interrupted builds left, and entries that nobody used for two weeks.</summary>
    /// <remarks>To be called with the lock held.</remarks>
    public void Prune()
    {
        DeleteIfThere(Path.Combine(_root, "tmp"));
        foreach (string directory in Directory.EnumerateDirectories(_root))
        {
            bool isEntry = File.Exists(Path.Combine(directory, RecordName));
            if (isEntry && DateTime.UtcNow - Directory.GetLastWriteTimeUtc(directory) > s_unusedMax)
            {
                DeleteIfThere(directory);
            }
        }
    }

    private static async Task<CacheEntry?> TryOpenAsync(
        string directory,
        string kind,
        string key,
        IProgress<ImageProgress>? progress,
        CancellationToken cancellationToken)
    {
        string recordPath = Path.Combine(directory, RecordName);
        if (!Directory.Exists(directory))
        {
            return null;
        }

        try
        {
            byte[] json = await File.ReadAllBytesAsync(recordPath, cancellationToken).ConfigureAwait(false);
            CacheEntryRecord? record = JsonSerializer.Deserialize(json, ImageJson.Default.CacheEntryRecord);
            if (record?.Files is null || record.Facts is null || record.Kind != kind || record.Key != key)
            {
                progress?.Report(new ImageProgress(kind, $"{recordPath} is not this entry's record; building again"));
                return null;
            }

            foreach (ImageFile file in record.Files)
            {
                string? damage = await file.FindDamageAsync(directory, checksum: true, cancellationToken)
                    .ConfigureAwait(false);
                if (damage is not null)
                {
                    progress?.Report(new ImageProgress(kind, $"{damage} Building again"));
                    return null;
                }
            }

            return new CacheEntry(directory, record);
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            progress?.Report(new ImageProgress(kind, $"{recordPath} is unreadable ({e.Message}); building again"));
            return null;
        }
    }

    private static void DeleteIfThere(string directory)
    {
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
