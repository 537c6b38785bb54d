using System.Security.Cryptography;
using System.Text.Json;

namespace Thaw.Worker.Snapshots;

/// <summary>
/// Snapshots on disk: DIR/snapshots/FUNCTION/VERSION, or VERSION.VARIANT where a version has several. One is there
/// whole, or not at all.
/// </summary>
internal sealed class SnapshotStore
{
    /// <summary>No function's name starts with a dot.</summary>
    private const string UnfinishedName = ".unfinished";
    private const string LayerNoteName = "layer";
    private readonly string _root;
    private readonly string _unfinished;

    internal SnapshotStore(string dataDirectory)
    {
        _root = Path.Combine(Path.GetFullPath(dataDirectory), "snapshots");
        _unfinished = Path.Combine(_root, UnfinishedName);
    }

    /// <summary>Whether there is anything of a snapshot.</summary>
    internal bool Has(SnapshotKey key) => Directory.Exists(PathsOf(key).Directory);

    internal SnapshotPaths PathsOf(SnapshotKey key) =>
        PathsOf(key.Function.Name, key.Function.Version, key.Variant);

    /// <summary>The layers of snapshots that a worker ended in the middle of.</summary>
    internal IReadOnlyList<string> ListUnfinished() => Directory.Exists(_unfinished)
        ? [.. Directory.GetFiles(_unfinished, LayerNoteName, SearchOption.AllDirectories).Select(File.ReadAllText)]
        : [];

    /// <summary>Removes what a worker left that ended while it made snapshots.</summary>
    internal void RemoveUnfinished()
    {
        if (Directory.Exists(_unfinished))
        {
            Directory.Delete(_unfinished, recursive: true);
        }
    }

    /// <summary>Notes which layer a snapshot that was begun becomes, before that is in the store.</summary>
    internal void NoteLayer(SnapshotPaths begun, string layerId)
    {
        string path = Path.Combine(begun.Directory, LayerNoteName);
        File.WriteAllText(path, layerId);
        using FileStream file = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Makes a directory for a snapshot to be.</summary>
    internal SnapshotPaths Begin()
    {
        SnapshotPaths paths = new(Path.Combine(_unfinished, Guid.NewGuid().ToString("N")));
        Directory.CreateDirectory(paths.Directory);
        return paths;
    }

    /// <summary>Gives up a snapshot that was begun. Nothing happens to one that was committed.</summary>
    internal void Abandon(SnapshotPaths paths)
    {
        if (Directory.Exists(paths.Directory))
        {
            Directory.Delete(paths.Directory, recursive: true);
        }
    }

    /// <summary>Removes a snapshot: all of it in the end, also where this ends in the middle.</summary>
    internal void Discard(SnapshotPaths paths)
    {
        SnapshotPaths doomed = new(Path.Combine(_unfinished, Guid.NewGuid().ToString("N")));
        Directory.CreateDirectory(_unfinished);
        Directory.Move(paths.Directory, doomed.Directory);
        Abandon(doomed);
    }

    /// <summary>Names the files of a snapshot in its manifest.</summary>
    /// <param name="begun">Where they are: state, memory and code.</param>
    /// <param name="manifest">What it is.</param>
    internal static SnapshotManifest Describe(SnapshotPaths begun, SnapshotManifest manifest) => manifest with
    {
        Files =
        [
            Describe(begun.State, withChecksum: true),
            Describe(begun.Code, withChecksum: true),
            Describe(begun.Memory, withChecksum: false),
        ],
    };

    /// <summary>Leaves a snapshot's memory to the store.</summary>
    /// <returns>Its manifest without that file.</returns>
    internal static SnapshotManifest DropMemory(SnapshotPaths begun, SnapshotManifest manifest)
    {
        File.Delete(begun.Memory);
        return manifest with { Files = [.. manifest.Files.Where(file => file.Name != SnapshotPaths.MemoryName)] };
    }

    /// <summary>Makes a snapshot that was begun the snapshot of its version.</summary>
    /// <param name="begun">Where its files are: state, memory and code.</param>
    /// <param name="manifest">What it is, with its files.</param>
    internal void Commit(SnapshotPaths begun, SnapshotManifest manifest) =>
        Commit(begun, manifest, PathsOf(manifest.FunctionName, manifest.Version, manifest.Variant));

    /// <summary>Makes a snapshot that was begun the one at <paramref name="final"/>.</summary>
    internal void Commit(SnapshotPaths begun, SnapshotManifest manifest, SnapshotPaths final)
    {
        File.WriteAllBytes(
            begun.Manifest, JsonSerializer.SerializeToUtf8Bytes(manifest, WorkerJsonContext.Default.SnapshotManifest));
        foreach (string path in Directory.GetFiles(begun.Directory))
        {
            using FileStream file = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
            file.Flush(flushToDisk: true);
        }
        Directory.CreateDirectory(Path.GetDirectoryName(final.Directory)!);
        Abandon(final);
        Directory.Move(begun.Directory, final.Directory);
    }

    /// <summary>
    /// Notes that a version's snapshot on disk is another layer's now; does nothing where there is none.
    /// </summary>
    internal void Relabel(string function, string version, SnapshotCompaction compaction)
    {
        foreach (string directory in ListDirectories(function, version))
        {
            SnapshotPaths paths = new(directory);
            if (ReadManifest(paths) is { } manifest && manifest.LayerId == compaction.FromId)
            {
                Relabel(paths, manifest, compaction);
            }
        }
    }

    private static void Relabel(SnapshotPaths paths, SnapshotManifest manifest, SnapshotCompaction compaction)
    {
        string changed = paths.Manifest + ".new";
        File.WriteAllBytes(changed, JsonSerializer.SerializeToUtf8Bytes(
            manifest with { LayerId = compaction.ToId, KeyId = compaction.KeyId },
            WorkerJsonContext.Default.SnapshotManifest));
        using (FileStream file = File.Open(changed, FileMode.Open, FileAccess.ReadWrite))
        {
            file.Flush(flushToDisk: true);
        }
        File.Move(changed, paths.Manifest, overwrite: true);
    }

    /// <summary>Opens a version's snapshot after checking everything about it but its memory.</summary>
    /// <exception cref="WorkerException">There is none, or it is broken.</exception>
    internal SnapshotManifest Open(SnapshotKey key)
    {
        SnapshotPaths paths = PathsOf(key);
        SnapshotManifest manifest = ReadManifest(paths) ?? throw Invalid(key, "it is missing");
        if (manifest.FormatVersion != SnapshotManifest.CurrentFormatVersion)
        {
            throw Invalid(key, $"its manifest has format version {manifest.FormatVersion}, this Thaw reads version "
                + $"{SnapshotManifest.CurrentFormatVersion}");
        }
        if (manifest.RevisionId != key.Function.RevisionId)
        {
            throw Invalid(key, "it is of another revision");
        }
        foreach (string name in (string[])[SnapshotPaths.StateName, SnapshotPaths.CodeName])
        {
            CheckFile(key, paths, manifest.Files.FirstOrDefault(file => file.Name == name)
                ?? throw Invalid(key, $"its manifest does not name the file {name}"));
        }
        // Memory that is not here is in the store.
        if (manifest.Files.FirstOrDefault(file => file.Name == SnapshotPaths.MemoryName) is { } memory)
        {
            CheckFile(key, paths, memory);
        }
        return manifest;
    }

    internal void Remove(string function, string? version)
    {
        string all = Path.Combine(_root, function);
        IReadOnlyList<string> meant = version is not null ? ListDirectories(function, version)
            : Directory.Exists(all) ? [all]
            : [];
        foreach (string path in meant)
        {
            // Clones that still run have the files open; they go when the last of them does.
            Directory.Delete(path, recursive: true);
        }
    }

    internal IReadOnlyList<SnapshotSummary> List()
    {
        if (!Directory.Exists(_root))
        {
            return [];
        }
        List<SnapshotSummary> found = [];
        foreach (string function in Directory.GetDirectories(_root).Where(path => path != _unfinished).Order())
        {
            foreach (string directory in Directory.GetDirectories(function).Order())
            {
                SnapshotManifest? manifest = ReadManifest(new SnapshotPaths(directory));
                found.Add(new SnapshotSummary
                {
                    FunctionName = Path.GetFileName(function),
                    Version = VersionOf(directory),
                    Variant = manifest?.Variant,
                    CreatedAt = manifest?.CreatedAt ?? default,
                    SnapshotId = manifest?.LayerId,
                    Account = manifest?.Account,
                    GuestMemoryMib = manifest?.GuestMemoryMib ?? 0,
                    SizeBytes = manifest?.Files.Sum(file => file.SizeBytes) ?? 0,
                });
            }
        }
        return found;
    }

    internal static SnapshotManifest? ReadManifest(SnapshotPaths paths)
    {
        FileInfo file = new(paths.Manifest);
        if (!file.Exists || file.Length > WorkerLimits.JsonFileSizeBytesMax)
        {
            return null;
        }
        try
        {
            return JsonSerializer.Deserialize(
                File.ReadAllBytes(paths.Manifest), WorkerJsonContext.Default.SnapshotManifest);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private SnapshotPaths PathsOf(string function, string version, int? variant) =>
        new(Path.Combine(_root, function, SnapshotKey.NameOf(version, variant)));

    /// <summary>The directories of a version's snapshots; versions have no dots in their names.</summary>
    private IReadOnlyList<string> ListDirectories(string function, string version)
    {
        string parent = Path.Combine(_root, function);
        return Directory.Exists(parent)
            ? [.. Directory.GetDirectories(parent).Where(directory => VersionOf(directory) == version)]
            : [];
    }

    private static string VersionOf(string directory) => Path.GetFileName(directory).Split('.')[0];

    private static void CheckFile(SnapshotKey key, SnapshotPaths paths, SnapshotFile expected)
    {
        FileInfo file = new(Path.Combine(paths.Directory, expected.Name));
        if (!file.Exists)
        {
            throw Invalid(key, $"its file {expected.Name} is missing");
        }
        if (file.Length != expected.SizeBytes)
        {
            throw Invalid(
                key, $"its file {expected.Name} has {file.Length} bytes where there were {expected.SizeBytes}");
        }
        if (expected.Sha256 is not null && expected.Sha256 != Hash(file.FullName))
        {
            throw Invalid(key, $"the bytes of its file {expected.Name} changed since it was made");
        }
    }

    private static SnapshotFile Describe(string path, bool withChecksum) => new()
    {
        Name = Path.GetFileName(path),
        SizeBytes = new FileInfo(path).Length,
        Sha256 = withChecksum ? Hash(path) : null,
    };

    private static string Hash(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    private static WorkerException Invalid(SnapshotKey key, string why) =>
        new(WorkerFault.SnapshotInvalid, $"The snapshot of {key} can't be used: {why}.");
}
