using System.Text;

namespace Thaw.Linux;

/// <summary>A non-blocking, close-on-exec AF_UNIX stream socket, listening or connected.</summary>
public sealed class UnixSocket : SafeFd
{
    /// <summary>sizeof(sun_path) less its final zero.</summary>
    public const int PathBytesMax = 107;

    private const int AddressBytes = 110;

    private UnixSocket(int fd)
        : base(fd)
    {
    }

    /// <summary>
    /// Listens on a new socket file at <paramref name="path"/>; an existing file is an error (EADDRINUSE).
    /// </summary>
    /// <exception cref="LinuxException">The path is taken, no path, too long, or not writable.</exception>
    public static UnixSocket Listen(string path, int backlog)
    {
        Errno refusal = Refusal(path);
        if (refusal != Errno.OK)
        {
            throw new LinuxException(refusal, $"bind {path}");
        }
        UnixSocket socket = Create();
        Span<byte> address = stackalloc byte[AddressBytes];
        int length = Encode(path, address);
        int result;
        // SAFETY: the address is a pinned local of the given length.
        unsafe
        {
            fixed (byte* pointer = address)
            {
                result = Libc.Bind(socket.Number, pointer, (uint)length);
            }
        }
        if (result != 0 || Libc.Listen(socket.Number, backlog) != 0)
        {
            LinuxException failure = new(Libc.LastErrno, $"bind {path}");
            socket.Dispose();
            throw failure;
        }
        return socket;
    }

    /// <summary>Connects to the listener at <paramref name="path"/>; null with the reason when refused.</summary>
    public static Errno TryConnect(string path, out UnixSocket? socket)
    {
        socket = null;
        Span<byte> address = stackalloc byte[AddressBytes];
        Errno refusal = Refusal(path);
        if (refusal != Errno.OK)
        {
            return refusal;
        }
        UnixSocket candidate = Create();
        int length = Encode(path, address);
        int result;
        // SAFETY: the address is a pinned local of the given length.
        unsafe
        {
            fixed (byte* pointer = address)
            {
                result = Libc.Connect(candidate.Number, pointer, (uint)length);
            }
        }
        if (result != 0)
        {
            Errno errno = Libc.LastErrno;
            candidate.Dispose();
            return errno;
        }
        socket = candidate;
        return Errno.OK;
    }

    /// <summary>Takes one waiting connection; EAGAIN when there is none.</summary>
    public Errno TryAccept(out UnixSocket? connection)
    {
        int fd;
        // SAFETY: the peer's address is not asked for.
        unsafe
        {
            fd = Libc.Accept(Number, null, null, Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC);
        }
        connection = fd >= 0 ? new UnixSocket(fd) : null;
        return fd >= 0 ? Errno.OK : Libc.LastErrno;
    }

    /// <summary>Sends once without SIGPIPE; may send less than asked.</summary>
    public Errno TrySend(ReadOnlySpan<byte> buffer, out int count)
    {
        nint sent;
        // SAFETY: the span is pinned for the call and its length bounds the kernel's read.
        unsafe
        {
            fixed (byte* pointer = buffer)
            {
                sent = Libc.Send(Number, pointer, (nuint)buffer.Length, Libc.MSG_NOSIGNAL);
            }
        }
        count = sent < 0 ? 0 : (int)sent;
        return sent < 0 ? Libc.LastErrno : Errno.OK;
    }

    /// <summary>Closes directions of the connection (shutdown(2)); errors of a dead peer do not matter.</summary>
    public void Shutdown(bool receive, bool send)
    {
        if (receive || send)
        {
            _ = Libc.Shutdown(Number, receive ? (send ? Libc.SHUT_RDWR : Libc.SHUT_RD) : Libc.SHUT_WR);
        }
    }

    private static UnixSocket Create()
    {
        int fd = Libc.Socket(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0);
        return fd >= 0 ? new UnixSocket(fd) : throw new LinuxException(Libc.LastErrno, "socket");
    }

    /// <summary>
    /// A path that Linux would take for another name: nothing or a leading zero is an abstract name, a later zero cuts.
    /// </summary>
    private static Errno Refusal(string path)
    {
        if (path.Length == 0 || path.Contains('\0'))
        {
            return Errno.EINVAL;
        }
        return Encoding.UTF8.GetByteCount(path) > PathBytesMax ? Errno.ENAMETOOLONG : Errno.OK;
    }

    private static int Encode(string path, Span<byte> address)
    {
        address.Clear();
        address[0] = Libc.AF_UNIX;
        return 2 + Encoding.UTF8.GetBytes(path, address[2..]) + 1;
    }
}
