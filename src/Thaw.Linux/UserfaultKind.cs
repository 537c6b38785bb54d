namespace Thaw.Linux;

/// <summary>What a <see cref="UserfaultEvent"/> tells.</summary>
public enum UserfaultKind
{
    /// <summary>Something that nobody here asked for.</summary>
    Other,

    /// <summary>A thread waits for a page.</summary>
    Fault,

    /// <summary>A range was given back to the system (MADV_DONTNEED, MADV_REMOVE).</summary>
    Remove,

    /// <summary>A range was unmapped.</summary>
    Unmap,
}
