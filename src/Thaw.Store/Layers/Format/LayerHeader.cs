using System.Collections.Immutable;

namespace Thaw.Store;

/// <summary>
/// The part of a manifest that is readable without a key: what garbage collection and a tree's picture need.
/// </summary>
public sealed record LayerHeader
{
    /// <summary>The layer's name.</summary>
    public required LayerId Id { get; init; }

    /// <summary>The layer that it lies over; none for a root.</summary>
    public required LayerId ParentId { get; init; }

    /// <summary>What it is in the tree.</summary>
    public required LayerKind Kind { get; init; }

    /// <summary>Whose it is.</summary>
    public required Keyspace Keyspace { get; init; }

    /// <summary>When it was made, to the millisecond.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>The data keys of its chunks, wrapped; the first is its own.</summary>
    public required ImmutableArray<WrappedKey> Keys { get; init; }

    /// <summary>All chunks that it names, each once.</summary>
    public required ImmutableArray<ChunkId> ChunkIds { get; init; }
}
