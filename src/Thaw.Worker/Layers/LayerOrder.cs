using Thaw.Store;
using Thaw.Worker.Snapshots;

namespace Thaw.Worker.Layers;

/// <summary>A snapshot to store as a layer.</summary>
internal sealed record LayerOrder
{
    /// <summary>The layer's name.</summary>
    internal required LayerId Id { get; init; }

    /// <summary>What it is in the tree.</summary>
    internal required LayerKind Kind { get; init; }

    /// <summary>Whose key it is under.</summary>
    internal required Keyspace Keyspace { get; init; }

    /// <summary>What it is of; stored with it.</summary>
    internal required SnapshotManifest Manifest { get; init; }

    /// <summary>Its files.</summary>
    internal required SnapshotPaths Files { get; init; }

    /// <summary>The layer that it lies over.</summary>
    internal LayerId ParentId { get; init; }

    /// <summary>The parent's files, where they are at hand.</summary>
    internal SnapshotPaths? ParentFiles { get; init; }
}
