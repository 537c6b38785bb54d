namespace Thaw.Worker;

/// <summary>What a garbage collection of the store found and did.</summary>
public sealed record SnapshotCollection
{
    /// <summary>Whether it only looked.</summary>
    public required bool IsDryRun { get; init; }

    /// <summary>Layers that something wants.</summary>
    public required int Roots { get; init; }

    /// <summary>Layers that live.</summary>
    public required int LayersLive { get; init; }

    /// <summary>Chunks that live.</summary>
    public required long ChunksLive { get; init; }

    /// <summary>Layers removed, or that would be.</summary>
    public required int LayersRemoved { get; init; }

    /// <summary>Chunks removed, or that would be.</summary>
    public required long ChunksRemoved { get; init; }

    /// <summary>Bytes freed, or that would be.</summary>
    public required long BytesFreed { get; init; }

    /// <summary>Garbage that stayed because it is too young.</summary>
    public required long ObjectsTooYoung { get; init; }

    /// <summary>
    /// Snapshots of boots and runtimes that this worker gave up, or would, because an image, the monitor or an argument
    /// is another now. Layers that versions lie over stay.
    /// </summary>
    public int BasesDropped { get; init; }
}
