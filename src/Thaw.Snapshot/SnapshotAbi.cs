namespace Thaw.Snapshot;

/// <summary>
/// The constants that make two snapshots compatible. <c>docs/formats/snapshot.md</c> says when each changes.
/// </summary>
public static class SnapshotAbi
{
    /// <summary>First eight bytes of a state file, "THAWSNAP" as a little-endian number.</summary>
    public const ulong Magic = 0x50414e5357414854;

    /// <summary>Version of header and section framing.</summary>
    public const ushort FormatVersion = 1;

    /// <summary>Version of what the sections mean together: which exist, which are required.</summary>
    public const ushort StateAbiVersion = 1;

    /// <summary>Version of the memory file's layout and of its manifest.</summary>
    public const ushort MemoryEncodingVersion = 1;

    /// <summary>Size of the file header.</summary>
    public const int HeaderBytes = 64;

    /// <summary>Size of a section header without its id.</summary>
    public const int SectionHeaderBytes = 24;

    /// <summary>Section ids and bodies are padded with zeros to a multiple of this.</summary>
    public const int SectionAlignment = 8;
}
