namespace Thaw.Linux;

/// <summary>Readiness of a descriptor, as in epoll_ctl(2).</summary>
[Flags]
public enum EpollEvents
{
    /// <summary>Nothing asked (errors and hang-ups still come).</summary>
    None = 0,

    /// <summary>EPOLLIN: readable.</summary>
    Readable = 0x001,

    /// <summary>EPOLLOUT: writable.</summary>
    Writable = 0x004,

    /// <summary>EPOLLERR.</summary>
    Error = 0x008,

    /// <summary>EPOLLHUP: both directions closed.</summary>
    HangUp = 0x010,

    /// <summary>EPOLLRDHUP: the peer closed its writing side.</summary>
    PeerClosed = 0x2000,
}
