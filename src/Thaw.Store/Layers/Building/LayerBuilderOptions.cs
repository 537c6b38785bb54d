namespace Thaw.Store;

/// <summary>What a <see cref="LayerBuilder"/> builds.</summary>
public sealed record LayerBuilderOptions
{
    /// <summary>The new layer's name.</summary>
    public required LayerId Id { get; init; }

    /// <summary>What it is in the tree.</summary>
    public required LayerKind Kind { get; init; }

    /// <summary>Whose it is.</summary>
    public required Keyspace Keyspace { get; init; }

    /// <summary>Its data key, wrapped.</summary>
    public required WrappedKey WrappedKey { get; init; }

    /// <summary>When it is made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>The layers that it lies over; null for a root.</summary>
    public LayerChain? Parent { get; init; }

    /// <summary>Layers of the same account whose chunks it may name instead of storing equal ones.</summary>
    public IReadOnlyList<OpenLayer> Related { get; init; } = [];

    /// <summary>Pages in a full chunk.</summary>
    public int PagesPerChunk { get; init; } = StoreLimits.PagesPerChunkDefault;

    /// <summary>Chunks that are sealed and written at once.</summary>
    public int Parallelism { get; init; } = 4;

    /// <summary>Pages to lay out first, in this order.</summary>
    public IReadOnlyList<WorkingSetEntry> WorkingSet { get; init; } = [];
}
