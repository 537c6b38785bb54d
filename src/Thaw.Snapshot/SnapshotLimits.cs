namespace Thaw.Snapshot;

/// <summary>Bounds on what a state file may claim, checked before anything is allocated for it.</summary>
public static class SnapshotLimits
{
    /// <summary>Size of a whole state file.</summary>
    public const long FileBytesMax = 256L * 1024 * 1024;

    /// <summary>Number of sections.</summary>
    public const int SectionCountMax = 1024;

    /// <summary>Length of a section id.</summary>
    public const int SectionIdBytesMax = 96;

    /// <summary>Length of a section's body.</summary>
    public const int SectionBytesMax = 64 * 1024 * 1024;

    /// <summary>Length of a string in a section.</summary>
    public const int StringBytesMax = 4096;

    /// <summary>Number of memory regions.</summary>
    public const int RegionCountMax = 64;

    /// <summary>Number of page runs in a memory manifest.</summary>
    public const int PageRunCountMax = 2 * 1024 * 1024;

    /// <summary>Length of a memory file.</summary>
    public const long MemoryFileBytesMax = 1L << 42;

    /// <summary>Number of capabilities that a snapshot may require.</summary>
    public const int CapabilityCountMax = 256;
}
