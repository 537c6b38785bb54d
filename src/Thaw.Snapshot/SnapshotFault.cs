namespace Thaw.Snapshot;

/// <summary>Why a snapshot was refused.</summary>
public enum SnapshotFault
{
    /// <summary>The file ends before what its headers promise.</summary>
    Truncated,

    /// <summary>The file goes on behind its last section, or a section behind its last field.</summary>
    TrailingData,

    /// <summary>The file is not a state file of this project.</summary>
    BadMagic,

    /// <summary>A version counter is not one that this build reads.</summary>
    UnsupportedVersion,

    /// <summary>Bytes do not have the checksum that was stored for them.</summary>
    ChecksumMismatch,

    /// <summary>A field has a value that no writer makes.</summary>
    Malformed,

    /// <summary>A count or length is over its bound in <see cref="SnapshotLimits"/>.</summary>
    LimitExceeded,

    /// <summary>Two sections have one id.</summary>
    DuplicateSection,

    /// <summary>A section that must be there is not.</summary>
    MissingSection,

    /// <summary>A section that is not marked optional has no reader in this build.</summary>
    UnknownSection,

    /// <summary>The snapshot is of another kind (full or diff) than asked for.</summary>
    KindMismatch,

    /// <summary>This host differs from the snapshot's in something that a guest would notice.</summary>
    HostMismatch,

    /// <summary>The memory file is not the one that the manifest describes.</summary>
    MemoryMismatch,

    /// <summary>A device or vCPU state does not fit the configuration that it is restored into.</summary>
    StateMismatch,
}
