namespace Thaw.Linux;

/// <summary>POLL* of poll.h.</summary>
[Flags]
public enum PollEvents : short
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>POLLIN.</summary>
    Readable = 0x1,

    /// <summary>POLLPRI: also a change of a cgroup's events file.</summary>
    Urgent = 0x2,

    /// <summary>POLLOUT.</summary>
    Writable = 0x4,

    /// <summary>POLLERR; need not be asked for.</summary>
    Error = 0x8,

    /// <summary>POLLHUP; need not be asked for.</summary>
    HangUp = 0x10,
}
