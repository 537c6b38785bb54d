namespace Thaw.Linux;

/// <summary>MS_* of sys/mount.h.</summary>
[Flags]
public enum MountFlags : uint
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>MS_RDONLY.</summary>
    ReadOnly = 0x1,

    /// <summary>MS_NOSUID.</summary>
    NoSetUid = 0x2,

    /// <summary>MS_NODEV.</summary>
    NoDevices = 0x4,

    /// <summary>MS_NOEXEC.</summary>
    NoExecute = 0x8,

    /// <summary>MS_REMOUNT.</summary>
    Remount = 0x20,

    /// <summary>MS_NOATIME.</summary>
    NoAccessTime = 0x400,

    /// <summary>MS_BIND.</summary>
    Bind = 0x1000,

    /// <summary>MS_MOVE.</summary>
    Move = 0x2000,

    /// <summary>MS_REC.</summary>
    Recursive = 0x4000,

    /// <summary>MS_PRIVATE.</summary>
    Private = 0x40000,
}
