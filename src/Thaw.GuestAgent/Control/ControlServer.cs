using Thaw.GuestAgent.Functions;
using Thaw.GuestAgent.Logs;
using Thaw.Linux;
using Thaw.Protocol;

namespace Thaw.GuestAgent.Control;

/// <summary>
/// Serves the control connection: one at a time, a new one takes the old one's place, frames in their order.
/// </summary>
/// <param name="listener">Where the host connects.</param>
/// <param name="isHost">Whether a connection is the host's: a function may be able to connect as well.</param>
/// <param name="channel">The connection's writing side, for everybody.</param>
/// <param name="session">What the host controls.</param>
/// <param name="log">Sends what it kept, once there is a connection.</param>
/// <param name="machine">The microVM.</param>
internal sealed class ControlServer(
    BlockingSocket listener, Func<BlockingSocket, bool> isHost, ControlChannel channel, FunctionSession session,
    LogPump log, IMachine machine)
{
    private readonly PollSet _poll = new(capacity: 2);

    /// <summary>Serves until the host shuts the microVM down. For the main thread.</summary>
    internal void Run()
    {
        SocketStream? connection = null;
        while (true)
        {
            _poll.Clear();
            int listening = _poll.Add(listener, PollEvents.Readable);
            int connected = connection is null ? -1 : _poll.Add(connection.Socket, PollEvents.Readable);
            _ = _poll.Wait(timeoutMs: -1);
            if (_poll.Found(listening) != PollEvents.None)
            {
                connection = Replace(connection);
            }
            else if (connected >= 0 && _poll.Found(connected) != PollEvents.None)
            {
                if (ServeNext(connection!) is not { } goesOn)
                {
                    return;
                }
                connection = goesOn ? connection : Close(connection);
            }
        }
    }

    private SocketStream? Replace(SocketStream? old)
    {
        Errno errno = listener.TryAccept(out BlockingSocket? socket);
        if (socket is null)
        {
            return errno is Errno.EINTR or Errno.EAGAIN or Errno.ECONNABORTED or Errno.ECONNRESET
                ? old : throw new LinuxException(errno, "accept the control connection");
        }
        if (!isHost(socket))
        {
            // Whoever it is gets no answer, and takes nobody's place.
            socket.Dispose();
            return old;
        }
        _ = Close(old);
        SocketStream connection = new(socket);
        channel.Attach(new FrameWriter(connection));
        log.Wake();
        return connection;
    }

    private SocketStream? Close(SocketStream? connection)
    {
        channel.Attach(null);
        connection?.Socket.Shutdown();
        connection?.Dispose();
        return null;
    }

    /// <summary>Carries out the next frame: true to go on, false to close the connection, null for the end.</summary>
    private bool? ServeNext(SocketStream connection)
    {
        try
        {
            // A new reader each time costs nothing: it reads exactly one frame and keeps nothing.
            return new FrameReader(connection).Read() is { } frame ? Carry(frame) : false;
        }
        catch (ProtocolException error)
        {
            _ = channel.TrySend(new Failed
            {
                Step = "protocol",
                Error = new FunctionError(error.Fault.ToString(), error.Message),
            });
            return false;
        }
        catch (IOException)
        {
            // Reset: so ends every connection that a snapshot was taken of.
            return false;
        }
    }

    private bool? Carry(Frame frame)
    {
        long receivedNs = LinuxClock.MonotonicNs;
        switch (frame.Message)
        {
            case Prepare prepare:
                session.Prepare(prepare);
                return true;
            case Configure configure:
                session.Configure(configure);
                return true;
            case Invoke invoke:
                session.Invoke(invoke, frame.Body);
                return true;
            case Quiesce quiesce:
                session.Quiesce(quiesce);
                return true;
            case Restore restore:
                session.Restore(restore, receivedNs);
                return true;
            case Locate locate:
                session.Locate(locate);
                return true;
            case Ping ping:
                _ = channel.TrySend(new Pong { Sequence = ping.Sequence });
                return true;
            case Shutdown shutdown:
                session.End();
                machine.End(shutdown.Reboot);
                return null;
            default:
                throw new ProtocolException(
                    ProtocolFault.UnexpectedKind, $"Frame {frame.Kind} is not one that a host sends.")
                {
                    KindValue = (ushort)frame.Kind,
                };
        }
    }
}
