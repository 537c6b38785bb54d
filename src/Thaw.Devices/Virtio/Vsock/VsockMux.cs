using Thaw.Linux;

namespace Thaw.Devices.Virtio.Vsock;

/// <summary>All connections of a vsock device, its listener and its timer.</summary>
/// <remarks>
/// Everything runs on the event loop's thread under the device's gate, except <see cref="DropAll"/>, which a driver's
/// reset calls on a vCPU thread under the gate.
/// </remarks>
internal sealed partial class VsockMux : IDisposable
{
    private readonly VsockTerms _terms;
    private readonly EventLoop _loop;
    private readonly UnixSocket _listener;
    private readonly TimerFd _timer = TimerFd.Create();
    private readonly Dictionary<VsockPorts, VsockConnection> _connections = [];
    private readonly HashSet<VsockHandshake> _handshakes = [];
    private readonly Queue<VsockConnection> _ready = new();
    private readonly Queue<VsockPorts> _resets = new();
    private readonly List<VsockConnection> _touched = [];
    private EventLoop.Registration? _listenerRegistration;
    private EventLoop.Registration? _timerRegistration;
    private Lock _gate = new();
    private Action _pump = () => { };
    private bool _isDisposed;
    private bool _isListenerPaused;
    private long _listenAgainAt = long.MinValue;
    private long _armedFor = long.MaxValue;

    /// <summary>Listens at the device's path.</summary>
    /// <exception cref="LinuxException">The path is taken, too long, or not writable.</exception>
    internal VsockMux(VsockTerms terms, EventLoop loop)
    {
        _terms = terms;
        _loop = loop;
        _listener = UnixSocket.Listen(terms.Options.UdsPath, VsockLimits.ListenBacklog);
    }

    /// <summary>Whether there may be something for the guest.</summary>
    internal bool HasPackets => _resets.Count > 0 || _ready.Count > 0;

    /// <summary>Whether the guest must take resets before it may cause more.</summary>
    internal bool IsResetQueueFull => _resets.Count >= VsockLimits.ResetCountMax;

    /// <summary>The port that the next host program's end gets, if free.</summary>
    internal uint NextHostPort { get; set; } = VsockLimits.HostPortMin;

    private bool IsFull => _connections.Count + _handshakes.Count >= _terms.Options.ConnectionCountMax;

    /// <summary>Is told the device's gate, and what moves packets after an event; before anything else.</summary>
    internal void Attach(Lock gate, Action pump)
    {
        _gate = gate;
        _pump = pump;
    }

    /// <summary>Accepts host programs from now on. On the loop's thread.</summary>
    internal void Start()
    {
        if (_listenerRegistration is null && !_isDisposed)
        {
            _listenerRegistration = _loop.Register(_listener, EpollEvents.Readable, _ => OnEvent(AcceptAll));
            _timerRegistration = _loop.Register(_timer, EpollEvents.Readable, _ => OnEvent(OnTimer));
        }
    }

    /// <summary>Takes a packet of the guest.</summary>
    internal void Consume(in VsockHeader header, DescriptorChain chain)
    {
        VsockPorts ports = new(header.DestinationPort, header.SourcePort);
        if (header.SourceCid != _terms.Options.GuestCid || header.DestinationCid != VsockDevice.HostCid)
        {
            _terms.Metrics.InvalidPackets.Increment();
            return;
        }
        if (header.Type == VsockHeader.TypeStream && _connections.TryGetValue(ports, out VsockConnection? connection))
        {
            connection.Consume(header, chain);
            Touch(connection);
            return;
        }
        if (header.Type == VsockHeader.TypeStream && header.Operation == VsockOperation.Request)
        {
            ConnectToHost(ports, header);
        }
        else if (header.Operation != VsockOperation.Reset)
        {
            _resets.Enqueue(ports);
        }
    }

    /// <summary>Makes the next packet for the guest; false when there is none.</summary>
    internal bool TryProduce(DescriptorChain chain, ref VsockHeader header)
    {
        if (_resets.TryDequeue(out VsockPorts ports))
        {
            header.Operation = VsockOperation.Reset;
            Address(ref header, ports);
            return true;
        }
        while (_ready.TryDequeue(out VsockConnection? connection))
        {
            connection.IsQueued = false;
            bool isProduced = connection.TryProduce(chain, ref header);
            Touch(connection);
            if (isProduced)
            {
                Address(ref header, connection.Ports);
                return true;
            }
        }
        return false;
    }

    /// <summary>End of a turn: removes the dead, waits for what can be used, sets the timer.</summary>
    internal void EndTurn()
    {
        foreach (VsockConnection connection in _touched)
        {
            connection.IsTouched = false;
            if (connection.State == VsockConnectionState.Dead)
            {
                Remove(connection);
                continue;
            }
            connection.UpdateInterest();
            ArmFor(connection.Deadline);
        }
        _touched.Clear();
        ResumeListener();
    }

    /// <summary>Has the timer run the pump at <paramref name="deadline"/> at the latest.</summary>
    internal void ArmFor(long deadline)
    {
        if (deadline < _armedFor)
        {
            _armedFor = deadline;
            _timer.Arm(_terms.Until(deadline));
        }
    }

    /// <summary>Forgets all connections at once, and closes them on the loop's thread. Any thread.</summary>
    internal void DropAll()
    {
        VsockConnection[] dropped = [.. _connections.Values];
        _terms.Metrics.ConnectionsRemoved.Add(dropped.Length);
        _connections.Clear();
        _ready.Clear();
        _resets.Clear();
        _touched.Clear();
        if (dropped.Length > 0)
        {
            _loop.Post(() => Array.ForEach(dropped, connection => connection.Dispose()));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        _listenerRegistration?.Dispose();
        _timerRegistration?.Dispose();
        foreach (VsockConnection connection in _connections.Values)
        {
            connection.Dispose();
        }
        foreach (VsockHandshake handshake in _handshakes)
        {
            handshake.Dispose();
        }
        _connections.Clear();
        _handshakes.Clear();
        _listener.Dispose();
        _timer.Dispose();
        if (File.Exists(_terms.Options.UdsPath))
        {
            File.Delete(_terms.Options.UdsPath);
        }
    }

    private void OnEvent(Action action)
    {
        lock (_gate)
        {
            action();
            _pump();
        }
    }

    private void Touch(VsockConnection connection)
    {
        if (!connection.IsTouched)
        {
            connection.IsTouched = true;
            _touched.Add(connection);
        }
        if (!connection.IsQueued && connection.HasPacket)
        {
            connection.IsQueued = true;
            _ready.Enqueue(connection);
        }
    }

    private void Remove(VsockConnection connection)
    {
        connection.Dispose();
        if (_connections.TryGetValue(connection.Ports, out VsockConnection? present) && present == connection)
        {
            _connections.Remove(connection.Ports);
            _terms.Metrics.ConnectionsRemoved.Increment();
        }
    }

    private void OnTimer()
    {
        _timer.TryDrain();
        _armedFor = long.MaxValue;
        long now = _terms.Now;
        foreach (VsockConnection connection in _connections.Values)
        {
            if (connection.Deadline <= now)
            {
                connection.OnDeadline();
                Touch(connection);
            }
            ArmFor(connection.Deadline);
        }
        foreach (VsockHandshake handshake in _handshakes.Where(handshake => handshake.Deadline <= now).ToArray())
        {
            Fail(handshake);
        }
        foreach (VsockHandshake handshake in _handshakes)
        {
            ArmFor(handshake.Deadline);
        }
    }

    private static void Address(ref VsockHeader header, VsockPorts ports)
    {
        header.SourcePort = ports.Host;
        header.DestinationPort = ports.Guest;
    }
}
