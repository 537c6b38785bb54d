using Thaw.Store;

namespace Thaw.Worker.Layers;

/// <summary>A snapshot's layers, open to be read from the store.</summary>
/// <param name="chain">The layers.</param>
/// <param name="store">Has their chunks.</param>
internal sealed class StoredLayers(LayerChain chain, IChunkStore store) : IDisposable
{
    private readonly ChunkLoader _loader = new(store);

    /// <summary>Opens a space as the layers compose it; each chunk is verified as it is read.</summary>
    /// <param name="space">The space's name.</param>
    /// <param name="lengthBytes">How long it is.</param>
    /// <exception cref="LayerException">There is no such space.</exception>
    internal IPageReader Open(string space, out long lengthBytes)
    {
        PageResolver resolver = chain.Resolve(space);
        lengthBytes = resolver.Space.LengthBytes;
        return new LayerPageReader(resolver, _loader);
    }

    /// <inheritdoc/>
    public void Dispose() => chain.Dispose();
}
