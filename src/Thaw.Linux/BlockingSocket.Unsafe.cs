using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Thaw.Linux.Uapi;

namespace Thaw.Linux;

/// <summary>A blocking, close-on-exec stream socket on vsock or TCP loopback, listening or connected.</summary>
public sealed class BlockingSocket : SafeFd
{
    private BlockingSocket(int fd)
        : base(fd)
    {
    }

    /// <summary>Listens on a vsock port for every peer.</summary>
    /// <exception cref="LinuxException">The port is taken, or there is no vsock.</exception>
    public static BlockingSocket ListenVsock(uint port, int backlog)
    {
        sockaddr_vm address = Vsock(Libc.VMADDR_CID_ANY, port);
        return Listen(Create(Libc.AF_VSOCK), address, backlog, $"listen on vsock port {port}");
    }

    /// <summary>Connects to a vsock port.</summary>
    /// <exception cref="LinuxException">Nobody listens, or there is no vsock.</exception>
    public static BlockingSocket ConnectVsock(uint contextId, uint port)
    {
        BlockingSocket socket = Create(Libc.AF_VSOCK);
        sockaddr_vm address = Vsock(contextId, port);
        int result;
        // SAFETY: a local struct, read during the call only.
        unsafe
        {
            result = Libc.Connect(socket.Number, (byte*)&address, (uint)sizeof(sockaddr_vm));
        }
        return result == 0 ? socket : throw Failed(socket, $"connect to vsock {contextId}:{port}");
    }

    /// <summary>Listens on a TCP port of 127.0.0.1; port 0 takes a free one.</summary>
    /// <exception cref="LinuxException">The port is taken.</exception>
    public static BlockingSocket ListenLoopback(ushort port, int backlog)
    {
        BlockingSocket socket = Create(Libc.AF_INET);
        socket.SetOption(Libc.SOL_SOCKET, Libc.SO_REUSEADDR, 1);
        Libc.sockaddr_in address = new()
        {
            family = Libc.AF_INET,
            port = BinaryPrimitives.ReverseEndianness(port),
            address = BinaryPrimitives.ReverseEndianness(0x7f000001u),
        };
        return Listen(socket, address, backlog, $"listen on 127.0.0.1:{port}");
    }

    /// <summary>The TCP port that the socket is bound to.</summary>
    public int LoopbackPort
    {
        get
        {
            Libc.sockaddr_in address = default;
            uint length = (uint)Unsafe.SizeOf<Libc.sockaddr_in>();
            // SAFETY: a local struct and its length.
            unsafe
            {
                _ = Libc.GetSocketName(Number, (byte*)&address, &length);
            }
            return BinaryPrimitives.ReverseEndianness(address.port);
        }
    }

    /// <summary>Takes the next connection, waiting for it.</summary>
    public Errno TryAccept(out BlockingSocket? connection)
    {
        int fd;
        // SAFETY: the peer's address is not asked for.
        unsafe
        {
            fd = Libc.Accept(Number, null, null, Libc.SOCK_CLOEXEC);
        }
        connection = fd >= 0 ? new BlockingSocket(fd) : null;
        return fd >= 0 ? Errno.OK : Libc.LastErrno;
    }

    /// <summary>Sends small writes at once (TCP_NODELAY).</summary>
    public void SendAtOnce() => SetOption(Libc.IPPROTO_TCP, Libc.TCP_NODELAY, 1);

    /// <summary>Ends both directions, which wakes whoever is blocked on this socket.</summary>
    public void Shutdown() => _ = Libc.Shutdown(Number, Libc.SHUT_RDWR);

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

    private static sockaddr_vm Vsock(uint contextId, uint port) =>
        new() { svm_family = Libc.AF_VSOCK, svm_cid = contextId, svm_port = port };

    private static BlockingSocket Create(int family)
    {
        int fd = Libc.Socket(family, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0);
        return fd >= 0 ? new BlockingSocket(fd) : throw new LinuxException(Libc.LastErrno, "socket");
    }

    private static BlockingSocket Listen<TAddress>(
        BlockingSocket socket, TAddress address, int backlog, string operation)
        where TAddress : unmanaged
    {
        int result;
        // SAFETY: a local struct, read during the call only, with its size.
        unsafe
        {
            result = Libc.Bind(socket.Number, (byte*)&address, (uint)sizeof(TAddress));
        }
        return result == 0 && Libc.Listen(socket.Number, backlog) == 0 ? socket : throw Failed(socket, operation);
    }

    private static LinuxException Failed(BlockingSocket socket, string operation)
    {
        LinuxException failure = new(Libc.LastErrno, operation);
        socket.Dispose();
        return failure;
    }

    private void SetOption(int level, int name, int value)
    {
        int result;
        // SAFETY: a local int and its size.
        unsafe
        {
            result = Libc.SetSocketOption(Number, level, name, &value, sizeof(int));
        }
        if (result != 0)
        {
            throw new LinuxException(Libc.LastErrno, $"setsockopt {level}:{name}");
        }
    }
}
