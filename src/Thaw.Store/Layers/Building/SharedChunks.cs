using System.Collections.Immutable;

namespace Thaw.Store;

/// <summary>
/// Chunks of other layers of one account that a new layer may name: found by name under their own data keys.
/// </summary>
internal sealed class SharedChunks
{
    private readonly List<Source> _sources = [];

    internal SharedChunks(IEnumerable<OpenLayer> layers, Keyspace keyspace, KeyId ownKey)
    {
        foreach (OpenLayer layer in layers)
        {
            if (layer.Manifest.Header.Keyspace != keyspace)
            {
                throw new LayerException(
                    LayerFault.WrongParent, layer.Id, $"is {layer.Manifest.Header.Keyspace}'s, not {keyspace}'s");
            }
            for (int i = 0; i < layer.Manifest.Header.Keys.Length; i++)
            {
                WrappedKey key = layer.Manifest.Header.Keys[i];
                if (key.DataKeyId != ownKey)
                {
                    Add(layer, i, key);
                }
            }
        }
    }

    private sealed record Source(WrappedKey Key, ChunkSealer Sealer, Dictionary<ChunkId, int> SealedBytes);

    /// <summary>
    /// A chunk with this content that is in the store for sure, with the key that it is under; null for none.
    /// </summary>
    internal (ChunkId Id, int SealedBytes, WrappedKey Key)? Find(ReadOnlySpan<byte> plaintext)
    {
        foreach (Source source in _sources)
        {
            ChunkId id = source.Sealer.Name(plaintext);
            if (source.SealedBytes.TryGetValue(id, out int sealedBytes))
            {
                return (id, sealedBytes, source.Key);
            }
        }
        return null;
    }

    private void Add(OpenLayer layer, int keyIndex, WrappedKey key)
    {
        Source? source = _sources.Find(known => known.Key.DataKeyId == key.DataKeyId);
        if (source is null)
        {
            if (_sources.Count == StoreLimits.DataKeysPerLayerMax - 1)
            {
                return;
            }
            source = new Source(key, layer.SealerFor(keyIndex), []);
            _sources.Add(source);
        }
        ImmutableArray<LayerChunk> chunks = layer.Manifest.Chunks;
        foreach (LayerChunk chunk in chunks.Where(chunk => chunk.KeyIndex == keyIndex))
        {
            source.SealedBytes[chunk.Id] = chunk.SealedBytes;
        }
    }
}
