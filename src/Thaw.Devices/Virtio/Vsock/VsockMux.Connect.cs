using Thaw.Linux;

namespace Thaw.Devices.Virtio.Vsock;

/// <summary>Making of connections.</summary>
internal sealed partial class VsockMux
{
    private const int AcceptCountMax = 16;
    private static readonly TimeSpan s_listenAgainDelay = TimeSpan.FromSeconds(1);

    private void AcceptAll()
    {
        for (int i = 0; i < AcceptCountMax; i++)
        {
            if (IsFull)
            {
                PauseListener();
                return;
            }
            Errno errno = _listener.TryAccept(out UnixSocket? socket);
            switch (errno)
            {
                case Errno.OK:
                    Greet(socket!);
                    break;
                case Errno.EAGAIN:
                    return;
                case Errno.EINTR or Errno.ECONNABORTED:
                    break;
                default:
                    // Out of descriptors: the program waits in the backlog, and must not keep the loop awake there.
                    _terms.Metrics.ConnectFailures.Increment();
                    _listenAgainAt = _terms.After(s_listenAgainDelay);
                    PauseListener();
                    return;
            }
        }
    }

    private void Greet(UnixSocket socket)
    {
        VsockHandshake handshake = new(socket, _terms.After(_terms.Options.HandshakeTimeout));
        try
        {
            handshake.Register(_loop, () => OnEvent(() => OnHandshake(handshake)));
        }
        catch (LinuxException)
        {
            _terms.Metrics.ConnectFailures.Increment();
            handshake.Dispose();
            return;
        }
        _handshakes.Add(handshake);
        ArmFor(handshake.Deadline);
        // Most programs have sent their line by now.
        OnHandshake(handshake);
    }

    private void OnHandshake(VsockHandshake handshake)
    {
        uint? guestPort = handshake.TryReadPort(out bool isFailed);
        if (isFailed)
        {
            Fail(handshake);
            return;
        }
        if (guestPort is null)
        {
            return;
        }
        _handshakes.Remove(handshake);
        handshake.Release();
        VsockPorts ports = new(TakeHostPort(guestPort.Value), guestPort.Value);
        Add(VsockConnection.FromHost(handshake.Socket, ports, _terms));
    }

    private void Fail(VsockHandshake handshake)
    {
        _terms.Metrics.ConnectFailures.Increment();
        _handshakes.Remove(handshake);
        handshake.Dispose();
    }

    private void ConnectToHost(VsockPorts ports, in VsockHeader request)
    {
        UnixSocket? socket = null;
        if (!IsFull)
        {
            try
            {
                UnixSocket.TryConnect($"{_terms.Options.UdsPath}_{ports.Host}", out socket);
            }
            catch (LinuxException)
            {
                // Out of descriptors: for the guest the same as nobody listening.
            }
        }
        if (socket is null || !Add(VsockConnection.FromGuest(socket, ports, _terms, request)))
        {
            _terms.Metrics.ConnectFailures.Increment();
            _resets.Enqueue(ports);
        }
    }

    private bool Add(VsockConnection connection)
    {
        try
        {
            connection.Register(_loop, events => OnSocket(connection, events));
        }
        catch (LinuxException)
        {
            connection.Dispose();
            return false;
        }
        _connections.Add(connection.Ports, connection);
        Touch(connection);
        return true;
    }

    private void OnSocket(VsockConnection connection, EpollEvents events)
    {
        lock (_gate)
        {
            // A driver's reset may have dropped it since.
            if (_connections.TryGetValue(connection.Ports, out VsockConnection? present) && present == connection)
            {
                connection.OnEvents(events);
                Touch(connection);
            }
            _pump();
        }
    }

    private uint TakeHostPort(uint guestPort)
    {
        // There are far more ports than connections, so a free one is near.
        while (true)
        {
            uint port = NextHostPort;
            NextHostPort = port == VsockLimits.HostPortMax ? VsockLimits.HostPortMin : port + 1;
            if (!_connections.ContainsKey(new VsockPorts(port, guestPort)))
            {
                return port;
            }
        }
    }

    private void PauseListener()
    {
        _isListenerPaused = true;
        _listenerRegistration?.Change(EpollEvents.None);
    }

    private void ResumeListener()
    {
        if (!_isListenerPaused || IsFull)
        {
            return;
        }
        if (_terms.Now < _listenAgainAt)
        {
            ArmFor(_listenAgainAt);
            return;
        }
        _isListenerPaused = false;
        _listenerRegistration?.Change(EpollEvents.Readable);
    }
}
