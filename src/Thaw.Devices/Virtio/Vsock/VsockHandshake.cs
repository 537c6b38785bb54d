using System.Buffers.Text;
using Thaw.Linux;

namespace Thaw.Devices.Virtio.Vsock;

/// <summary>A host program's connection that has not said yet where it wants to go.</summary>
internal sealed class VsockHandshake : IDisposable
{
    private readonly byte[] _line = new byte[VsockLimits.ConnectLineBytesMax];
    private int _count;
    private EventLoop.Registration? _registration;

    internal VsockHandshake(UnixSocket socket, long deadline)
    {
        Socket = socket;
        Deadline = deadline;
    }

    internal UnixSocket Socket { get; }

    internal long Deadline { get; }

    /// <summary>Has the loop watch the socket.</summary>
    /// <exception cref="LinuxException">Out of memory or watches.</exception>
    internal void Register(EventLoop loop, Action callback) =>
        _registration = loop.Register(Socket, EpollEvents.Readable, _ => callback());

    /// <summary>
    /// Reads on: the port once the line is whole; null with false to wait, with true when it is no good.
    /// </summary>
    internal uint? TryReadPort(out bool isFailed)
    {
        isFailed = false;
        // Byte by byte: what comes behind the line is the guest's, and stays in the socket.
        while (_count < _line.Length)
        {
            Errno errno = Socket.TryRead(_line.AsSpan(_count, 1), out int read);
            if (errno == Errno.EINTR)
            {
                continue;
            }
            if (errno == Errno.EAGAIN)
            {
                return null;
            }
            if (errno != Errno.OK || read == 0)
            {
                break;
            }
            _count++;
            if (_line[_count - 1] == (byte)'\n')
            {
                uint? port = Parse(_line.AsSpan(0, _count - 1));
                isFailed = port is null;
                return port;
            }
        }
        isFailed = true;
        return null;
    }

    /// <summary>Stops watching, for the socket goes on as a connection's.</summary>
    internal void Release()
    {
        _registration?.Dispose();
        _registration = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        Socket.Dispose();
    }

    /// <summary>The port of "CONNECT port"; null when it is something else.</summary>
    internal static uint? Parse(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> command = "CONNECT "u8;
        if (line.Length <= command.Length || !System.Text.Ascii.EqualsIgnoreCase(line[..command.Length], command))
        {
            return null;
        }
        ReadOnlySpan<byte> number = line[command.Length..].Trim((byte)' ').TrimEnd((byte)'\r');
        return Utf8Parser.TryParse(number, out uint port, out int used) && used == number.Length ? port : null;
    }
}
