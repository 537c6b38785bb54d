using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Thaw.Protocol;
using Thaw.Worker.Images;
using Thaw.Worker.Layers;
using Thaw.Worker.Microvms;
using Thaw.Worker.Snapshots;

namespace Thaw.Worker.Bases;

/// <summary>
/// The snapshots that functions are published from, DIR/bases/KEY: made on demand, once for each runtime image and
/// guest size, a boot and upon it a started runtime, and kept under what they depend on.
/// </summary>
internal sealed class BaseSnapshots(
    WorkerOptions options, ImageCatalog images, BaseBuilder builder, SnapshotVault vault, SnapshotStore store,
    BackgroundWork background, TimeProvider time, CancellationToken stopping)
{
    private const int KeyLength = 24;

    private readonly string _root = Path.Combine(Path.GetFullPath(options.DataDirectory), "bases");
    private readonly SingleFlight<string, BaseSnapshot> _bases = new(keepsResults: true);
    private readonly SingleFlight<string, BaseSnapshot> _boots = new(keepsResults: true);

    /// <summary>
    /// Gets the snapshot to publish from, a started runtime where that can be, and makes it where there is none.
    /// </summary>
    /// <param name="runtime">The runtime.</param>
    /// <param name="size">The guest's RAM and vCPUs.</param>
    /// <param name="codeDriveBytes">The length of its code drive.</param>
    /// <param name="cancellationToken">Gives up waiting; others may go on.</param>
    /// <exception cref="WorkerException">It can't be made.</exception>
    internal Task<BaseSnapshot> GetAsync(
        string runtime, GuestSize size, long codeDriveBytes, CancellationToken cancellationToken)
    {
        string key = KeyOf(runtime, size, codeDriveBytes);
        return _bases.GetAsync(
            key, () => background.Add(OpenAsync(key, runtime, size, codeDriveBytes)), cancellationToken);
    }

    /// <summary>
    /// Gets the snapshot of a boot in which no process of a runtime is, and makes it where there is none: what is
    /// published from it shares no address, canary or hash seed with anything.
    /// </summary>
    /// <exception cref="WorkerException">It can't be made.</exception>
    internal Task<BaseSnapshot> GetBootAsync(
        string runtime, GuestSize size, long codeDriveBytes, CancellationToken cancellationToken) =>
        GetBootAsync(KeyOf(runtime, size, codeDriveBytes), runtime, size, codeDriveBytes, cancellationToken);

    /// <summary>
    /// Gives up what nothing can be published from any more, because an image, the monitor or an argument is another
    /// now. Layers of it stay in the store as long as versions lie over them.
    /// </summary>
    /// <param name="grace">What is younger stays.</param>
    /// <param name="isDryRun">Whether only to count.</param>
    /// <param name="cancellationToken">Ends it between two of them.</param>
    /// <returns>How many there were.</returns>
    /// <exception cref="WorkerException">The store failed.</exception>
    internal async Task<int> DropStaleAsync(TimeSpan grace, bool isDryRun, CancellationToken cancellationToken)
    {
        int count = 0;
        foreach (string directory in Directory.Exists(_root) ? Directory.GetDirectories(_root) : [])
        {
            cancellationToken.ThrowIfCancellationRequested();
            SnapshotPaths files = new(directory);
            if (SnapshotStore.ReadManifest(files) is not { } manifest
                || time.GetUtcNow() - manifest.CreatedAt < grace
                || !IsStale(manifest, Path.GetFileName(directory)))
            {
                continue;
            }
            count++;
            if (!isDryRun)
            {
                // First what the store has: without its files nobody would know of that.
                await vault.RemoveAsync(manifest.LayerId, cancellationToken).ConfigureAwait(false);
                store.Discard(files);
            }
        }
        return count;
    }

    /// <summary>Whether one like it would have another name today, and nobody has it from before.</summary>
    private bool IsStale(SnapshotManifest manifest, string name)
    {
        string key = name.Split('-')[0];
        if (_bases.Has(key) || _boots.Has(key)
            || manifest.Files.FirstOrDefault(file => file.Name == SnapshotPaths.CodeName) is not { } code)
        {
            return false;
        }
        try
        {
            GuestSize size = new(manifest.GuestMemoryMib, manifest.VcpuCount);
            return KeyOf(manifest.Runtime, size, code.SizeBytes) != key;
        }
        catch (WorkerException)
        {
            // Images that are not there at the moment may come back.
            return false;
        }
    }

    private Task<BaseSnapshot> GetBootAsync(
        string key, string runtime, GuestSize size, long codeDriveBytes, CancellationToken cancellationToken) =>
        _boots.GetAsync(
            key, () => background.Add(OpenBootAsync(key, runtime, size, codeDriveBytes)), cancellationToken);

    /// <summary>The started runtime, or the boot where this runtime can't be started without its function.</summary>
    private async Task<BaseSnapshot> OpenAsync(string key, string runtime, GuestSize size, long codeDriveBytes)
    {
        SnapshotPaths files = new(Path.Combine(_root, $"{key}-runtime"));
        if (await TryOpenAsync(files).ConfigureAwait(false) is { } kept)
        {
            return kept;
        }
        BaseSnapshot boot = await GetBootAsync(key, runtime, size, codeDriveBytes, stopping).ConfigureAwait(false);
        return await MakeAsync(files, begun => builder.StartRuntimeAsync(boot, begun, stopping))
            .ConfigureAwait(false) ?? boot;
    }

    private async Task<BaseSnapshot> OpenBootAsync(string key, string runtime, GuestSize size, long codeDriveBytes)
    {
        SnapshotPaths files = new(Path.Combine(_root, $"{key}-boot"));
        return await TryOpenAsync(files).ConfigureAwait(false)
            ?? (await MakeAsync(
                files,
                async begun => await builder.BootAsync(runtime, size, codeDriveBytes, begun, stopping)
                    .ConfigureAwait(false)).ConfigureAwait(false))!;
    }

    private async Task<BaseSnapshot?> TryOpenAsync(SnapshotPaths files) =>
        SnapshotStore.ReadManifest(files) is { FormatVersion: SnapshotManifest.CurrentFormatVersion } kept
        && kept.Files.All(file => IsThere(files, file))
        && await vault.HasAsync(kept.LayerId, stopping).ConfigureAwait(false)
            ? new BaseSnapshot(kept, files)
            : null;

    private async Task<BaseSnapshot?> MakeAsync(
        SnapshotPaths files, Func<SnapshotPaths, Task<SnapshotManifest?>> make)
    {
        SnapshotPaths begun = store.Begin();
        try
        {
            if (await make(begun).ConfigureAwait(false) is not { } made)
            {
                return null;
            }
            Directory.CreateDirectory(_root);
            store.Commit(begun, made, files);
            return new BaseSnapshot(made, files);
        }
        finally
        {
            store.Abandon(begun);
        }
    }

    private static bool IsThere(SnapshotPaths files, SnapshotFile file)
    {
        FileInfo found = new(Path.Combine(files.Directory, file.Name));
        return found.Exists && found.Length == file.SizeBytes;
    }

    /// <summary>Everything that a guest before its function depends on.</summary>
    private string KeyOf(string runtime, GuestSize size, long codeDriveBytes)
    {
        ImageSet set = images.Get();
        string text = JsonSerializer.Serialize(
            (string[])
            [
                Identify(set.Kernel), Identify(set.Initramfs), Identify(images.RuntimeImageOf(runtime)), runtime,
                $"{size.MemoryMib}", $"{size.VcpuCount}", $"{codeDriveBytes}",
                MicrovmLauncher.BootArguments, options.ExtraBootArguments, $"{ProtocolLimits.Version}",
                Identify(ImageIdentity.TryOf(options.MonitorPath, null)), $"{SnapshotManifest.CurrentFormatVersion}",
            ],
            WorkerJsonContext.Default.StringArray);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..KeyLength];
    }

    private static string Identify(ImageIdentity? image) =>
        image?.Sha256 ?? $"{image?.Path} {image?.SizeBytes} {image?.ModifiedAt.Ticks}";
}
