namespace Thaw.Store;

/// <summary>Opens a manifest with keys from wherever they come.</summary>
internal static class LayerOpening
{
    /// <summary>Gives one of a layer's data keys; the caller disposes it.</summary>
    internal delegate ValueTask<DataKey> KeySource(
        LayerHeader header, int keyIndex, CancellationToken cancellationToken);

    internal static async ValueTask<OpenLayer> OpenAsync(
        LayerHeader header,
        ReadOnlyMemory<byte> sealedManifest,
        KeySource keySource,
        IEntropy entropy,
        CancellationToken cancellationToken)
    {
        List<ChunkSealer> sealers = [];
        try
        {
            LayerManifest? manifest = null;
            for (int i = 0; i < header.Keys.Length; i++)
            {
                using DataKey key = await keySource(header, i, cancellationToken).ConfigureAwait(false);
                sealers.Add(new ChunkSealer(key, header.Keyspace, entropy));
                manifest ??= LayerManifestCodec.Open(header, key, sealedManifest.Span);
            }
            return new OpenLayer(manifest!, [.. sealers]);
        }
        catch
        {
            sealers.ForEach(sealer => sealer.Dispose());
            throw;
        }
    }
}
