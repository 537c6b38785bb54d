namespace Thaw.Linux;

/// <summary>Descriptors that go with a message over a Unix socket (SCM_RIGHTS, unix(7)), and who the peer is.</summary>
public static class SocketRights
{
    /// <summary>Most descriptors of one message (SCM_MAX_FD).</summary>
    public const int CountMax = 253;

    private const int HeaderBytes = 16;

    /// <summary>Sends once, the descriptors with the first byte; may send fewer bytes than asked.</summary>
    public static Errno TrySend(
        UnixSocket socket, ReadOnlySpan<byte> bytes, IReadOnlyList<SafeFd> descriptors, out int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(descriptors.Count, CountMax);
        Span<byte> control = stackalloc byte[ControlBytes(CountMax)];
        nint sent;
        // SAFETY: all pointers are to pinned locals or the pinned span, for the call only; the control buffer has room
        // for the largest number of descriptors, whose owners the list keeps alive.
        unsafe
        {
            fixed (byte* pointer = bytes)
            fixed (byte* controlPointer = control)
            {
                Libc.iovec part = new() { start = pointer, length = (nuint)bytes.Length };
                Libc.msghdr message = new() { parts = &part, partCount = 1 };
                if (descriptors.Count > 0)
                {
                    Libc.cmsghdr* header = (Libc.cmsghdr*)controlPointer;
                    header->length = (nuint)(HeaderBytes + (sizeof(int) * descriptors.Count));
                    header->level = Libc.SOL_SOCKET;
                    header->type = Libc.SCM_RIGHTS;
                    int* numbers = (int*)(controlPointer + HeaderBytes);
                    for (int i = 0; i < descriptors.Count; i++)
                    {
                        numbers[i] = descriptors[i].Number;
                    }
                    message.control = controlPointer;
                    message.controlLength = (nuint)ControlBytes(descriptors.Count);
                }
                sent = Libc.SendMessage(socket.Number, &message, Libc.MSG_NOSIGNAL);
            }
        }
        count = sent < 0 ? 0 : (int)sent;
        return sent < 0 ? Libc.LastErrno : Errno.OK;
    }

    /// <summary>
    /// Receives once, with the descriptors that came along, close-on-exec. 0 bytes is the end of the connection.
    /// </summary>
    /// <param name="socket">A connected socket.</param>
    /// <param name="buffer">Room for bytes.</param>
    /// <param name="descriptors">Descriptors are added here; the caller owns them.</param>
    /// <param name="count">Bytes received.</param>
    public static Errno TryReceive(
        UnixSocket socket, Span<byte> buffer, ICollection<SafeFd> descriptors, out int count)
    {
        Span<byte> control = stackalloc byte[ControlBytes(CountMax)];
        nint received;
        // SAFETY: as TrySend; the kernel bounds what it writes by the lengths given, and the walk below by what the
        // kernel says it wrote.
        unsafe
        {
            fixed (byte* pointer = buffer)
            fixed (byte* controlPointer = control)
            {
                Libc.iovec part = new() { start = pointer, length = (nuint)buffer.Length };
                Libc.msghdr message = new()
                {
                    parts = &part,
                    partCount = 1,
                    control = controlPointer,
                    controlLength = (nuint)control.Length,
                };
                received = Libc.ReceiveMessage(socket.Number, &message, Libc.MSG_CMSG_CLOEXEC);
                if (received >= 0)
                {
                    Collect(controlPointer, (int)message.controlLength, descriptors);
                }
            }
        }
        count = received < 0 ? 0 : (int)received;
        return received < 0 ? Libc.LastErrno : Errno.OK;
    }

    /// <summary>The process that connected, or that listened when it was connected to (SO_PEERCRED).</summary>
    /// <exception cref="LinuxException">Not a connected Unix socket.</exception>
    public static int PeerProcess(UnixSocket socket)
    {
        Libc.ucred credentials = default;
        int result;
        // SAFETY: a local struct and its size.
        unsafe
        {
            uint length = (uint)sizeof(Libc.ucred);
            result = Libc.GetSocketOption(
                socket.Number, Libc.SOL_SOCKET, Libc.SO_PEERCRED, &credentials, &length);
        }
        return result == 0 ? credentials.pid : throw new LinuxException(Libc.LastErrno, "SO_PEERCRED");
    }

    private static int ControlBytes(int descriptors) => HeaderBytes + ((sizeof(int) * descriptors + 7) & ~7);

    // The pointer is to control data that the kernel wrote, of the given length.
    private static unsafe void Collect(byte* control, int length, ICollection<SafeFd> descriptors)
    {
        for (int at = 0; at + HeaderBytes <= length;)
        {
            Libc.cmsghdr* header = (Libc.cmsghdr*)(control + at);
            int size = (int)header->length;
            if (size < HeaderBytes || size > length - at)
            {
                return;
            }
            if (header->level == Libc.SOL_SOCKET && header->type == Libc.SCM_RIGHTS)
            {
                int* numbers = (int*)(control + at + HeaderBytes);
                for (int i = 0; i < (size - HeaderBytes) / sizeof(int); i++)
                {
                    descriptors.Add(new SafeFd(numbers[i]));
                }
            }
            at += (size + 7) & ~7;
        }
    }
}
