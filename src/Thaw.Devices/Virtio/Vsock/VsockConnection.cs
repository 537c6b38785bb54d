using System.Text;
using Thaw.Linux;

namespace Thaw.Devices.Virtio.Vsock;

/// <summary>
/// One stream between a guest's vsock and a host's Unix socket: its states, its credit, what it owes the guest.
/// </summary>
/// <remarks>
/// Called under the device's gate on the event loop's thread. A packet for the guest is made only when there is a
/// buffer for it, straight from the socket; so nothing is queued towards the guest but flags.
/// </remarks>
internal sealed partial class VsockConnection : IDisposable
{
    private const uint CreditUpdateBytes = VsockLimits.SendBufferBytes / 2;

    private readonly UnixSocket _socket;
    private readonly VsockTerms _terms;
    private readonly VsockSendBuffer _sendBuffer = new();
    private EventLoop.Registration? _registration;
    private EpollEvents _interest = EpollEvents.None;

    private bool _owesRequest;
    private bool _owesCreditUpdate;
    private VsockShutdown _guestDone;
    private VsockShutdown _hostDone;
    private VsockShutdown _hostDoneTold;
    private bool _isSendShut;
    private bool _isReceiveShut;
    private bool _mayRead;
    private bool _isHungUp;

    private uint _guestBufferBytes;
    private uint _guestForwarded;
    private uint _sentToGuest;
    private bool _isCreditRequested;
    private uint _forwarded;
    private uint _forwardedTold;

    private VsockConnection(UnixSocket socket, VsockPorts ports, VsockTerms terms, VsockConnectionState state)
    {
        _socket = socket;
        _terms = terms;
        Ports = ports;
        State = state;
        terms.Metrics.ConnectionsAdded.Increment();
    }

    internal VsockPorts Ports { get; }

    internal VsockConnectionState State { get; private set; }

    /// <summary>When to give up, as a timestamp of the clock; <see cref="long.MaxValue"/>: never.</summary>
    internal long Deadline { get; private set; } = long.MaxValue;

    /// <summary>Whether it waits in the list of those with packets for the guest; kept by the multiplexer.</summary>
    internal bool IsQueued { get; set; }

    /// <summary>Whether it waits for its end-of-turn work; kept by the multiplexer.</summary>
    internal bool IsTouched { get; set; }

    /// <summary>Whether <see cref="TryProduce"/> has something to say.</summary>
    internal bool HasPacket => State switch
    {
        VsockConnectionState.Resetting or VsockConnectionState.Accepting => true,
        VsockConnectionState.Requesting => _owesRequest,
        VsockConnectionState.Established => CanRead || _hostDone != _hostDoneTold || _owesCreditUpdate,
        _ => false,
    };

    private bool CanRead => _mayRead
        && (_guestDone & VsockShutdown.Receive) == 0
        && (_hostDone & VsockShutdown.Send) == 0
        && (GuestCredit > 0 || !_isCreditRequested);

    /// <summary>How much the guest has room for; nothing when what it says about itself cannot be.</summary>
    private uint GuestCredit
    {
        get
        {
            uint inFlight = unchecked(_sentToGuest - _guestForwarded);
            return inFlight < _guestBufferBytes ? _guestBufferBytes - inFlight : 0;
        }
    }

    /// <summary>A connection that a host program asked for.</summary>
    internal static VsockConnection FromHost(UnixSocket socket, VsockPorts ports, VsockTerms terms) =>
        new(socket, ports, terms, VsockConnectionState.Requesting)
        {
            _owesRequest = true,
            Deadline = terms.After(terms.Options.RequestTimeout),
        };

    /// <summary>A connection that the guest asked for, by <paramref name="request"/>.</summary>
    internal static VsockConnection FromGuest(
        UnixSocket socket, VsockPorts ports, VsockTerms terms, in VsockHeader request) =>
        new(socket, ports, terms, VsockConnectionState.Accepting)
        {
            _guestBufferBytes = request.BufferBytes,
            _guestForwarded = request.ForwardedBytes,
        };

    /// <summary>Has the loop watch the socket.</summary>
    /// <exception cref="LinuxException">Out of memory or watches.</exception>
    internal void Register(EventLoop loop, Action<EpollEvents> callback) =>
        _registration = loop.Register(_socket, _interest, callback);

    /// <summary>The socket is ready for something.</summary>
    internal void OnEvents(EpollEvents events)
    {
        if ((events & EpollEvents.Writable) != 0)
        {
            Flush();
        }
        if ((events & (EpollEvents.Readable | EpollEvents.PeerClosed)) != 0)
        {
            _mayRead = true;
        }
        if ((events & (EpollEvents.HangUp | EpollEvents.Error)) != 0)
        {
            OnHangUp();
        }
    }

    /// <summary>Its deadline passed.</summary>
    internal void OnDeadline() => Kill();

    /// <summary>Ends it, telling the guest if that knows of it.</summary>
    internal void Kill()
    {
        if (State is VsockConnectionState.Resetting or VsockConnectionState.Dead)
        {
            return;
        }
        _terms.Metrics.ConnectionsKilled.Increment();
        EndAtHost(State == VsockConnectionState.Requesting && _owesRequest
            ? VsockConnectionState.Dead
            : VsockConnectionState.Resetting);
    }

    /// <summary>Watches for what can be used: anything else would wake the loop again and again.</summary>
    internal void UpdateInterest()
    {
        if (_registration is null)
        {
            return;
        }
        EpollEvents wanted = EpollEvents.None;
        if (State == VsockConnectionState.Established && !_mayRead
            && (_hostDone & VsockShutdown.Send) == 0 && (_guestDone & VsockShutdown.Receive) == 0)
        {
            wanted |= EpollEvents.Readable | EpollEvents.PeerClosed;
        }
        if (_sendBuffer.Count > 0)
        {
            wanted |= EpollEvents.Writable;
        }
        if (wanted != _interest)
        {
            _interest = wanted;
            _registration.Change(wanted);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _registration?.Dispose();
        _registration = null;
        _socket.Dispose();
    }

    private void OnHangUp()
    {
        // The condition lasts and is always reported, so there is nothing to wait for any more.
        _registration?.Dispose();
        _registration = null;
        _isHungUp = true;
        _mayRead = true;
        if (State == VsockConnectionState.Requesting)
        {
            Kill();
            return;
        }
        DropUnsent();
        if ((_hostDone & VsockShutdown.Send) != 0)
        {
            _hostDone = VsockShutdown.Both;
        }
    }

    private void EndAtHost(VsockConnectionState state)
    {
        State = state;
        Deadline = long.MaxValue;
        _terms.Metrics.DroppedBytes.Add(_sendBuffer.Clear());
        Dispose();
    }

    private void Establish()
    {
        State = VsockConnectionState.Established;
        Deadline = long.MaxValue;
        // What the program sent right behind its CONNECT line is there already.
        _mayRead = true;
        byte[] line = Encoding.ASCII.GetBytes($"OK {Ports.Host}\n");
        if (_socket.TrySend(line, out int count) != Errno.OK || count != line.Length)
        {
            Kill();
        }
    }
}
