using Thaw.Store;
using Thaw.Worker.Images;
using Thaw.Worker.Layers;
using Thaw.Worker.Microvms;

namespace Thaw.Worker.Snapshots;

/// <summary>Makes the snapshots that functions are published from, and stores them under the service's key.</summary>
internal sealed class BaseBuilder(
    MicrovmLauncher launcher, SnapshotTaker taker, SnapshotVault vault, ImageCatalog images, FailureLog failures,
    TimeProvider time)
{
    /// <summary>Boots a microVM and writes it down as soon as its agent is up.</summary>
    /// <exception cref="WorkerException">It can't be made.</exception>
    internal async Task<SnapshotManifest> BuildAsync(
        string runtime, GuestSize size, long codeDriveBytes, SnapshotPaths begun, CancellationToken cancellationToken)
    {
        FunctionKey key = new(runtime, "boot", "");
        // The drive is empty, and has the length that its kernel will go on to believe.
        await using (FileStream code = File.Create(begun.Code))
        {
            code.SetLength(codeDriveBytes);
        }
        BootedMicrovm microvm = await launcher.BootAsync(key, runtime, begun.Code, size, cancellationToken)
            .ConfigureAwait(false);
        await using (microvm.Monitor.ConfigureAwait(false))
        await using (microvm.Agent.ConfigureAwait(false))
        {
            try
            {
                await taker.TakeAsync(microvm, begun, cancellationToken).ConfigureAwait(false);
            }
            catch (WorkerException failure)
            {
                throw await failures.ReportAsync(microvm.Monitor, key, failure).ConfigureAwait(false);
            }
        }
        ImageSet set = images.Get();
        LayerId id = vault.NewId();
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
            LayerId = id.ToString(),
            Kind = "boot",
            Runtime = runtime,
            Files = [],
        });
        LayerManifest layer = await vault.StoreAsync(
            new LayerOrder
            {
                Id = id,
                Kind = LayerKind.Boot,
                Keyspace = Keyspace.Service,
                Manifest = manifest,
                Files = begun,
            },
            cancellationToken).ConfigureAwait(false);
        return manifest with { KeyId = SnapshotVault.KeyOf(layer) };
    }
}
