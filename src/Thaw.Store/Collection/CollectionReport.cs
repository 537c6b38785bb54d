namespace Thaw.Store;

/// <summary>What a garbage collection found and did.</summary>
public sealed record CollectionReport
{
    /// <summary>Layers with a root.</summary>
    public int Roots { get; init; }

    /// <summary>Layers that roots keep, with ancestors.</summary>
    public int LayersLive { get; init; }

    /// <summary>Chunks that these name.</summary>
    public long ChunksLive { get; init; }

    /// <summary>Layers removed, or that would be.</summary>
    public int LayersRemoved { get; init; }

    /// <summary>Chunks removed, or that would be.</summary>
    public long ChunksRemoved { get; init; }

    /// <summary>Bytes freed, or that would be.</summary>
    public long BytesFreed { get; init; }

    /// <summary>Garbage that stayed because it is too young.</summary>
    public long ObjectsTooYoung { get; init; }
}
