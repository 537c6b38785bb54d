using Thaw.Store;
using Thaw.Worker.Images;
using Thaw.Worker.Layers;
using Thaw.Worker.Microvms;
using Thaw.Worker.Snapshots;

namespace Thaw.Worker.Bases;

/// <summary>Makes the snapshots that functions are published from, and stores them under the service's key.</summary>
internal sealed class BaseBuilder(
    MicrovmLauncher launcher, CloneLoader loader, SnapshotTaker taker, SnapshotVault vault, SnapshotStore store,
    ImageCatalog images, FailureLog failures, TimeProvider time)
{
    /// <summary>Boots a microVM and writes it down as soon as its agent is up.</summary>
    /// <exception cref="WorkerException">It can't be made.</exception>
    internal async Task<SnapshotManifest> BootAsync(
        string runtime, GuestSize size, long codeDriveBytes, SnapshotPaths begun, CancellationToken cancellationToken)
    {
        FunctionKey key = new(runtime, "boot", "");
        await MakeEmptyAsync(begun.Code, codeDriveBytes).ConfigureAwait(false);
        BootedMicrovm microvm = await launcher.BootAsync(key, runtime, begun.Code, size, cancellationToken)
            .ConfigureAwait(false);
        await microvm.UseAsync(failures, key, () => taker.TakeAsync(microvm, begun, cancellationToken))
            .ConfigureAwait(false);
        ImageSet set = images.Get();
        SnapshotManifest manifest = SnapshotStore.Describe(begun, new SnapshotManifest
        {
            FormatVersion = SnapshotManifest.CurrentFormatVersion,
            FunctionName = "",
            Version = "",
            RevisionId = "",
            CreatedAt = time.GetUtcNow(),
            GuestMemoryMib = size.MemoryMib,
            VcpuCount = size.VcpuCount,
            Generation = 0,
            KernelVersion = set.KernelVersion,
            RootImage = images.RuntimeImageOf(runtime),
            LayerId = vault.NewId().ToString(),
            Kind = "boot",
            Runtime = runtime,
            Files = [],
        });
        return await StoreAsync(manifest, LayerKind.Boot, begun, parent: null, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Clones the snapshot of a boot, has the runtime started, and writes that down.</summary>
    /// <returns>What it is; null where this runtime can only be started for its function.</returns>
    /// <exception cref="WorkerException">It can't be made.</exception>
    internal async Task<SnapshotManifest?> StartRuntimeAsync(
        BaseSnapshot boot, SnapshotPaths begun, CancellationToken cancellationToken)
    {
        string runtime = boot.Manifest.Runtime;
        FunctionKey key = new(runtime, "runtime", "");
        await MakeEmptyAsync(begun.Code, new FileInfo(boot.Files.Code).Length).ConfigureAwait(false);
        BootedMicrovm microvm = await loader.StartForSnapshotAsync(
            key, boot, begun.Code, time.GetTimestamp(), cancellationToken).ConfigureAwait(false);
        bool isStarted = await microvm.UseAsync(failures, key, async () =>
        {
            if (!await launcher.PrepareAsync(microvm.Agent, runtime, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
            await taker.TakeAsync(microvm, begun, cancellationToken).ConfigureAwait(false);
            return true;
        }).ConfigureAwait(false);
        if (!isStarted)
        {
            return null;
        }
        SnapshotManifest manifest = SnapshotStore.Describe(begun, boot.Manifest with
        {
            CreatedAt = time.GetUtcNow(),
            Generation = boot.Manifest.Generation + 1,
            LayerId = vault.NewId().ToString(),
            KeyId = null,
            Kind = "runtime",
        });
        return await StoreAsync(manifest, LayerKind.Runtime, begun, boot, cancellationToken).ConfigureAwait(false);
    }

    private async Task<SnapshotManifest> StoreAsync(
        SnapshotManifest manifest, LayerKind kind, SnapshotPaths files, BaseSnapshot? parent,
        CancellationToken cancellationToken)
    {
        store.NoteLayer(files, manifest.LayerId);
        try
        {
            LayerManifest layer = await vault.StoreAsync(
                new LayerOrder
                {
                    Id = SnapshotVault.Parse(manifest.LayerId),
                    Kind = kind,
                    Keyspace = Keyspace.Service,
                    Manifest = manifest,
                    Files = files,
                    ParentId = parent is null ? default : SnapshotVault.Parse(parent.Manifest.LayerId),
                    ParentFiles = parent?.Files,
                },
                cancellationToken).ConfigureAwait(false);
            return manifest with { KeyId = SnapshotVault.KeyOf(layer) };
        }
        catch
        {
            // Whether the store has it all the same is not known.
            await vault.TryRemoveAsync(manifest.LayerId).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A drive that is empty, and has the length that the guest's kernel will go on to believe.</summary>
    private static async Task MakeEmptyAsync(string path, long sizeBytes)
    {
        FileStream drive = File.Create(path);
        await using (drive.ConfigureAwait(false))
        {
            drive.SetLength(sizeBytes);
        }
    }
}
