namespace Thaw.Snapshot;

/// <summary>How a reader treats a section.</summary>
[Flags]
public enum SectionFlags : uint
{
    /// <summary>A reader that does not know the section refuses the snapshot.</summary>
    None = 0,

    /// <summary>A reader that does not know the section leaves it alone.</summary>
    Optional = 1,
}
