using System.Collections.Immutable;

namespace Thaw.Store;

/// <summary>A layer with all its ancestors, open: the leaf first, the root last. Disposing wipes their keys.</summary>
public sealed class LayerChain : IDisposable
{
    internal LayerChain(ImmutableArray<OpenLayer> layers) => Layers = layers;

    /// <summary>The layers, the leaf first.</summary>
    public ImmutableArray<OpenLayer> Layers { get; }

    /// <summary>The layer that the chain was loaded for.</summary>
    public OpenLayer Leaf => Layers[0];

    /// <summary>Composes a space from all layers.</summary>
    /// <exception cref="LayerException">The leaf has no such space, or some page is in no layer.</exception>
    public PageResolver Resolve(string space) => PageResolver.Create(this, space);

    /// <summary>Wipes the keys.</summary>
    public void Dispose()
    {
        foreach (OpenLayer layer in Layers)
        {
            layer.Dispose();
        }
    }
}
