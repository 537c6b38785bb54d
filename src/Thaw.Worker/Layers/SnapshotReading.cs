using Thaw.Worker.Snapshots;

namespace Thaw.Worker.Layers;

/// <summary>Opens versions' snapshots where they are.</summary>
internal sealed class SnapshotReading(SnapshotStore store, SnapshotVault vault)
{
    /// <summary>Opens one of a version's snapshots: in this machine's files, or else in the store.</summary>
    /// <exception cref="WorkerException">There is none, it is damaged, or its key is gone.</exception>
    internal async Task<SnapshotContent> OpenAsync(
        FunctionSpec spec, SnapshotKey key, CancellationToken cancellationToken)
    {
        string? layer = key.LayerOf(spec);
        if (layer is null || store.Has(key))
        {
            SnapshotManifest manifest = store.Open(key);
            if (manifest.HasMemory)
            {
                return SnapshotContent.Of(store.PathsOf(key));
            }
            layer = manifest.LayerId;
        }
        StoredLayers layers = await vault.OpenAsync(layer, key.ToString(), cancellationToken).ConfigureAwait(false);
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
