using System.Buffers.Binary;
using System.Diagnostics;

namespace Thaw.Linux;

/// <summary>
/// Messages over a Unix socket: a length (four bytes, little-endian), then so many bytes; descriptors come with the
/// first byte. Every wait has a bound, so that no peer holds a caller for ever.
/// </summary>
/// <remarks>One thread may send while another receives.</remarks>
public sealed class FramedSocket : IDisposable
{
    private const int LengthBytes = 4;

    private readonly PollSet _readable = new(1);
    private readonly PollSet _writable = new(1);

    /// <summary>Talks over <paramref name="socket"/>, and owns it.</summary>
    public FramedSocket(UnixSocket socket) => Socket = socket;

    /// <summary>The socket.</summary>
    public UnixSocket Socket { get; }

    /// <summary>Connects to the listener at <paramref name="path"/>.</summary>
    /// <exception cref="LinuxException">Nobody listens there.</exception>
    public static FramedSocket Connect(string path)
    {
        Errno errno = UnixSocket.TryConnect(path, out UnixSocket? socket);
        return errno == Errno.OK ? new FramedSocket(socket!) : throw new LinuxException(errno, $"connect {path}");
    }

    /// <summary>Sends a message.</summary>
    /// <exception cref="LinuxException">The peer is gone (EPIPE), or takes nothing in time (ETIMEDOUT).</exception>
    public void Send(ReadOnlySpan<byte> message, IReadOnlyList<SafeFd> descriptors, TimeSpan timeout)
    {
        byte[] framed = new byte[LengthBytes + message.Length];
        BinaryPrimitives.WriteInt32LittleEndian(framed, message.Length);
        message.CopyTo(framed.AsSpan(LengthBytes));
        SendRaw(framed, descriptors, timeout);
    }

    /// <summary>Sends bytes as they are.</summary>
    /// <exception cref="LinuxException">The peer is gone (EPIPE), or takes nothing in time (ETIMEDOUT).</exception>
    public void SendRaw(ReadOnlySpan<byte> bytes, IReadOnlyList<SafeFd> descriptors, TimeSpan timeout)
    {
        long start = Stopwatch.GetTimestamp();
        for (int at = 0; at < bytes.Length;)
        {
            Errno errno = SocketRights.TrySend(Socket, bytes[at..], at == 0 ? descriptors : [], out int count);
            if (errno == Errno.EAGAIN)
            {
                Wait(_writable, PollEvents.Writable, start, timeout, "send");
            }
            else if (errno is not (Errno.OK or Errno.EINTR))
            {
                throw new LinuxException(errno, "send");
            }
            at += count;
        }
    }

    /// <summary>Receives a message.</summary>
    /// <param name="bytesMax">The longest that is taken.</param>
    /// <param name="descriptors">Descriptors are added here; the caller owns them.</param>
    /// <param name="timeout">How long all of it may take.</param>
    /// <exception cref="LinuxException">
    /// The connection ended (ECONNRESET), the message is too long (EMSGSIZE), or did not come in time (ETIMEDOUT).
    /// </exception>
    public byte[] Receive(int bytesMax, ICollection<SafeFd> descriptors, TimeSpan timeout)
    {
        long start = Stopwatch.GetTimestamp();
        byte[] head = new byte[LengthBytes];
        ReceiveRaw(head, descriptors, start, timeout);
        int length = BinaryPrimitives.ReadInt32LittleEndian(head);
        if (length < 0 || length > bytesMax)
        {
            throw new LinuxException(Errno.EMSGSIZE, $"receive a message of {(uint)length} bytes");
        }
        byte[] message = new byte[length];
        ReceiveRaw(message, descriptors, start, timeout);
        return message;
    }

    /// <summary>Receives exactly so many bytes.</summary>
    /// <exception cref="LinuxException">As <see cref="Receive"/>.</exception>
    public void ReceiveRaw(Span<byte> bytes, ICollection<SafeFd> descriptors, TimeSpan timeout) =>
        ReceiveRaw(bytes, descriptors, Stopwatch.GetTimestamp(), timeout);

    /// <summary>Receives what is there, at least one byte.</summary>
    /// <exception cref="LinuxException">As <see cref="Receive"/>.</exception>
    public int ReceiveSome(Span<byte> bytes, ICollection<SafeFd> descriptors, TimeSpan timeout) =>
        ReceiveSome(bytes, descriptors, Stopwatch.GetTimestamp(), timeout);

    /// <inheritdoc/>
    public void Dispose() => Socket.Dispose();

    private void ReceiveRaw(Span<byte> bytes, ICollection<SafeFd> descriptors, long start, TimeSpan timeout)
    {
        for (int at = 0; at < bytes.Length;)
        {
            at += ReceiveSome(bytes[at..], descriptors, start, timeout);
        }
    }

    private int ReceiveSome(Span<byte> bytes, ICollection<SafeFd> descriptors, long start, TimeSpan timeout)
    {
        while (true)
        {
            Errno errno = SocketRights.TryReceive(Socket, bytes, descriptors, out int count);
            switch (errno)
            {
                case Errno.OK when count > 0:
                    return count;
                case Errno.OK:
                    throw new LinuxException(Errno.ECONNRESET, "receive");
                case Errno.EAGAIN:
                    Wait(_readable, PollEvents.Readable, start, timeout, "receive");
                    break;
                case Errno.EINTR:
                    break;
                default:
                    throw new LinuxException(errno, "receive");
            }
        }
    }

    private void Wait(PollSet set, PollEvents events, long start, TimeSpan timeout, string operation)
    {
        TimeSpan left = timeout - Stopwatch.GetElapsedTime(start);
        set.Clear();
        set.Add(Socket, events);
        if (left <= TimeSpan.Zero || !set.Wait((int)left.TotalMilliseconds + 1))
        {
            throw new LinuxException(Errno.ETIMEDOUT, operation);
        }
    }
}
