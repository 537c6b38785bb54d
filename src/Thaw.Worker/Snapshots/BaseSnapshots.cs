using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Thaw.Protocol;
using Thaw.Worker.Images;
using Thaw.Worker.Layers;
using Thaw.Worker.Microvms;

namespace Thaw.Worker.Snapshots;

/// <summary>
/// The snapshots that functions are published from, DIR/bases/KEY: made on demand, once for each runtime image and
/// guest size, and kept under what they depend on.
/// </summary>
internal sealed class BaseSnapshots(
    WorkerOptions options, ImageCatalog images, BaseBuilder builder, SnapshotVault vault, SnapshotStore store,
    BackgroundWork background, CancellationToken stopping)
{
    private const int KeyLength = 24;

    private readonly string _root = Path.Combine(Path.GetFullPath(options.DataDirectory), "bases");
    private readonly ConcurrentDictionary<string, Lazy<Task<BaseSnapshot>>> _bases = new();

    /// <summary>Gets the snapshot to publish from, and makes it where there is none.</summary>
    /// <param name="runtime">The runtime.</param>
    /// <param name="size">The guest's RAM and vCPUs.</param>
    /// <param name="codeDriveBytes">The length of its code drive.</param>
    /// <param name="cancellationToken">Gives up waiting; others may go on.</param>
    /// <exception cref="WorkerException">It can't be made.</exception>
    internal async Task<BaseSnapshot> GetAsync(
        string runtime, GuestSize size, long codeDriveBytes, CancellationToken cancellationToken)
    {
        string key = KeyOf(runtime, size, codeDriveBytes);
        Lazy<Task<BaseSnapshot>> entry = _bases.GetOrAdd(
            key, _ => new Lazy<Task<BaseSnapshot>>(
                () => background.Add(OpenAsync(key, runtime, size, codeDriveBytes))));
        try
        {
            return await entry.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch when (entry.Value.IsFaulted || entry.Value.IsCanceled)
        {
            // The next publication tries again.
            _bases.TryRemove(new KeyValuePair<string, Lazy<Task<BaseSnapshot>>>(key, entry));
            throw;
        }
    }

    private async Task<BaseSnapshot> OpenAsync(string key, string runtime, GuestSize size, long codeDriveBytes)
    {
        SnapshotPaths files = new(Path.Combine(_root, key));
        if (SnapshotStore.ReadManifest(files) is { FormatVersion: SnapshotManifest.CurrentFormatVersion } kept
            && kept.Files.All(file => IsThere(files, file))
            && await vault.HasAsync(kept.LayerId, stopping).ConfigureAwait(false))
        {
            return new BaseSnapshot(kept, files);
        }
        SnapshotPaths begun = store.Begin();
        try
        {
            SnapshotManifest made = await builder.BuildAsync(
                runtime, size, codeDriveBytes, begun, stopping).ConfigureAwait(false);
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
