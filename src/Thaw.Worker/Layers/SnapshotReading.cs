using Thaw.Worker.Snapshots;

namespace Thaw.Worker.Layers;

/// <summary>Opens versions' snapshots where they are.</summary>
internal sealed class SnapshotReading(SnapshotStore store, SnapshotVault vault)
{
    /// <summary>Opens a version's snapshot: in this machine's files, or else in the store.</summary>
    /// <exception cref="WorkerException">There is none, it is damaged, or its key is gone.</exception>
    internal async Task<SnapshotContent> OpenAsync(FunctionSpec spec, CancellationToken cancellationToken)
    {
        string? layer = spec.SnapshotId;
        if (layer is null || store.Has(spec.Name, spec.Version))
        {
            SnapshotManifest manifest = store.Open(spec.Key);
            if (manifest.HasMemory)
            {
                return SnapshotContent.Of(store.PathsOf(spec.Name, spec.Version));
            }
            layer = manifest.LayerId;
        }
        StoredLayers layers = await vault.OpenAsync(layer, spec.Key.ToString(), cancellationToken)
            .ConfigureAwait(false);
        try
        {
            return SnapshotContent.Of(layers);
        }
        catch
        {
            layers.Dispose();
            throw;
        }
    }
}
