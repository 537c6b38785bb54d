namespace Thaw.Linux;

/// <summary>CLONE_NEW* of sched.h.</summary>
[Flags]
public enum Namespaces
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>CLONE_NEWNS.</summary>
    Mount = 0x20000,

    /// <summary>CLONE_NEWUTS.</summary>
    HostName = 0x4000000,

    /// <summary>CLONE_NEWIPC.</summary>
    Ipc = 0x8000000,
}
