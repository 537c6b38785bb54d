namespace Thaw.Store;

/// <summary>A layer to publish.</summary>
public sealed record PublishRequest
{
    /// <summary>
    /// Its name, made by the caller, who can then ask <see cref="LayerCatalog.IsRootAsync"/> after a crash whether the
    /// layer became live; none for a new one.
    /// </summary>
    public LayerId Id { get; init; }

    /// <summary>What it is in the tree.</summary>
    public required LayerKind Kind { get; init; }

    /// <summary>Whose it is: the service's for boot and runtime layers, an account's for functions.</summary>
    public required Keyspace Keyspace { get; init; }

    /// <summary>Its spaces, in the order in which they are laid out: what a restore reads first comes first.</summary>
    public required IReadOnlyList<SpaceSource> Spaces { get; init; }

    /// <summary>The layer that it lies over; none for a root.</summary>
    public LayerId ParentId { get; init; }

    /// <summary>Layers of the same account to share equal chunks with: earlier versions of the function.</summary>
    public IReadOnlyList<LayerId> Related { get; init; } = [];

    /// <summary>Pages in a full chunk.</summary>
    public int PagesPerChunk { get; init; } = StoreLimits.PagesPerChunkDefault;

    /// <summary>Chunks that are sealed and written at once.</summary>
    public int Parallelism { get; init; } = 4;

    /// <summary>Pages to lay out first, in this order.</summary>
    public IReadOnlyList<WorkingSetEntry> WorkingSet { get; init; } = [];
}
