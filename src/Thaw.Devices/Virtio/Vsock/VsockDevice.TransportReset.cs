namespace Thaw.Devices.Virtio.Vsock;

/// <summary>Telling a restored guest that its connections are gone.</summary>
/// <remarks>
/// The guest's driver resets every connection that it has when it handles the event, so nothing may reach it before:
/// a connection made earlier would be lost with the old ones. Linux gives the event's buffer back when it has handled
/// the event, and that is what opens the gate; host programs that connect meanwhile wait. A driver that never gives
/// buffers back holds everything up only until <see cref="VsockOptions.TransportResetTimeout"/>.
/// </remarks>
public sealed partial class VsockDevice
{
    /// <summary>VIRTIO_VSOCK_EVENT_TRANSPORT_RESET, a le32.</summary>
    private static ReadOnlySpan<byte> TransportResetEvent => [0, 0, 0, 0];

    private bool _owesTransportReset;
    private bool _isReceiveGated;
    private ushort _eventsAvailable;
    private long _gateDeadline;

    private void CloseReceiveGate()
    {
        _isReceiveGated = true;
        _gateDeadline = _terms.After(_options.TransportResetTimeout);
        _mux.ArmFor(_gateDeadline);
        TrySendTransportReset();
    }

    private void UpdateReceiveGate()
    {
        if (_owesTransportReset)
        {
            TrySendTransportReset();
        }
        if (!_isReceiveGated)
        {
            return;
        }
        VirtQueue queue = _context!.Queues[EventQueue];
        bool isHandled = !_owesTransportReset
            && queue.TryGetAvailableIndex(out ushort available) && available != _eventsAvailable;
        if (isHandled || _terms.Now >= _gateDeadline)
        {
            _isReceiveGated = false;
            return;
        }
        _mux.ArmFor(_gateDeadline);
    }

    private void TrySendTransportReset()
    {
        VirtQueue queue = _context!.Queues[EventQueue];
        QueueTurn turn = new(queue);
        // The index is taken before the guest can see the event, so that its answer cannot be missed.
        if (turn.TryNext(out DescriptorChain? chain) && queue.TryGetAvailableIndex(out _eventsAvailable))
        {
            queue.NotifyAfter(_eventsAvailable);
            bool isWritten = chain.TryWrite(0, TransportResetEvent);
            queue.AddUsed(chain.Head, isWritten ? (uint)TransportResetEvent.Length : 0);
            _owesTransportReset = !isWritten;
            if (isWritten)
            {
                Metrics.TransportResets.Increment();
            }
        }
        turn.End(_context, EventQueue);
    }
}
