namespace Thaw.Store;

/// <summary>A layer to lay out anew.</summary>
public sealed record CompactionRequest
{
    /// <summary>The layer as it is.</summary>
    public required LayerId Of { get; init; }

    /// <summary>The new layer's name; none for a new one.</summary>
    public LayerId Id { get; init; }

    /// <summary>Pages to lay out first, in this order.</summary>
    public required IReadOnlyList<WorkingSetEntry> WorkingSet { get; init; }

    /// <summary>Spaces that the new layer has in place of the old one's of the same name.</summary>
    public IReadOnlyList<SpaceSource> Replaced { get; init; } = [];
}
