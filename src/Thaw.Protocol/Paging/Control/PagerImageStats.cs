namespace Thaw.Protocol;

/// <summary>Memory that the pager serves.</summary>
public sealed record PagerImageStats
{
    /// <summary>Its name at this pager.</summary>
    public required string Image { get; init; }

    /// <summary>Guest memory in bytes.</summary>
    public long GuestBytes { get; init; }

    /// <summary>Bytes that are zero and cost nothing.</summary>
    public long ZeroBytes { get; init; }

    /// <summary>Layers that it consists of.</summary>
    public int Layers { get; init; }

    /// <summary>Segments that a monitor maps.</summary>
    public int Segments { get; init; }

    /// <summary>Bytes of each layer's image that are in memory now, the leaf first; clones share them.</summary>
    public IReadOnlyList<long> ResidentBytes { get; set; } = [];

    /// <summary>Pages of the working set.</summary>
    public long WorkingSetPages { get; init; }

    /// <summary>Clones that the working set learnt from.</summary>
    public int Recordings { get; init; }

    /// <summary>Clones that are expected or served.</summary>
    public int Starts { get; init; }
}
