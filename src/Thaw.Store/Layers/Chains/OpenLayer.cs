using System.Collections.Immutable;

namespace Thaw.Store;

/// <summary>A layer with the keys to its chunks. Disposing wipes them.</summary>
public sealed class OpenLayer : IDisposable
{
    private readonly ImmutableArray<ChunkSealer> _sealers;

    internal OpenLayer(LayerManifest manifest, ImmutableArray<ChunkSealer> sealers)
    {
        Manifest = manifest;
        _sealers = sealers;
    }

    /// <summary>What the layer consists of.</summary>
    public LayerManifest Manifest { get; }

    /// <summary>The layer's name.</summary>
    public LayerId Id => Manifest.Id;

    /// <summary>What opens the chunks under one of the layer's data keys.</summary>
    /// <param name="keyIndex">Index in the header's keys.</param>
    public ChunkSealer SealerFor(int keyIndex) => _sealers[keyIndex];

    /// <summary>Wipes the keys.</summary>
    public void Dispose()
    {
        foreach (ChunkSealer sealer in _sealers)
        {
            sealer.Dispose();
        }
    }
}
