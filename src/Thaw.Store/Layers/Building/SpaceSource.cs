namespace Thaw.Store;

/// <summary>What a space of a new layer looks like.</summary>
public sealed record SpaceSource
{
    /// <summary>
    /// Its name: letters, digits and <c>- _ . /</c>, at most <see cref="StoreLimits.SpaceNameBytesMax"/>.
    /// </summary>
    public required string Name { get; init; }

    /// <summary>Its length.</summary>
    public required long LengthBytes { get; init; }

    /// <summary>Its content, as it is now.</summary>
    public required IPageReader Content { get; init; }

    /// <summary>
    /// Pages that may differ from the parent (or from zero, where there is no parent): dirty pages. They are compared
    /// all the same. Null for all pages.
    /// </summary>
    public IReadOnlyList<PageRange>? Changed { get; init; }

    /// <summary>
    /// What the parent has in this space, if the caller has that at hand (a memory image); null reads it from the
    /// store.
    /// </summary>
    public IPageReader? Base { get; init; }

    /// <summary>Whether pages that equal the parent's are the parent's; else the layer has all of them.</summary>
    public bool IsInherited { get; init; } = true;
}
