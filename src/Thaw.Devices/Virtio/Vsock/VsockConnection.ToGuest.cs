using Thaw.Linux;

namespace Thaw.Devices.Virtio.Vsock;

/// <summary>Packets for the guest.</summary>
internal sealed partial class VsockConnection
{
    /// <summary>
    /// Makes the next packet, its data in <paramref name="chain"/> behind the header's place; false: none.
    /// </summary>
    internal bool TryProduce(DescriptorChain chain, ref VsockHeader header)
    {
        if (!TryChoose(chain, ref header))
        {
            return false;
        }
        header.BufferBytes = VsockLimits.SendBufferBytes;
        header.ForwardedBytes = _forwarded;
        _forwardedTold = _forwarded;
        _owesCreditUpdate = false;
        return true;
    }

    private bool TryChoose(DescriptorChain chain, ref VsockHeader header)
    {
        switch (State)
        {
            case VsockConnectionState.Requesting when _owesRequest:
                _owesRequest = false;
                header.Operation = VsockOperation.Request;
                return true;
            case VsockConnectionState.Accepting:
                State = VsockConnectionState.Established;
                _mayRead = true;
                header.Operation = VsockOperation.Response;
                return true;
            case VsockConnectionState.Established:
                return TryReadHost(chain, ref header)
                    || TryTellReset(ref header)
                    || TryTellShutdown(ref header)
                    || TryTellCredit(ref header);
            default:
                return TryTellReset(ref header);
        }
    }

    private bool TryReadHost(DescriptorChain chain, ref VsockHeader header)
    {
        if (!CanRead)
        {
            return false;
        }
        if (GuestCredit == 0)
        {
            _isCreditRequested = true;
            header.Operation = VsockOperation.CreditRequest;
            return true;
        }
        uint room = Math.Min(chain.WritableBytes - VsockHeader.Bytes, VsockLimits.PacketDataBytesMax);
        ChainSpan span = new(VsockHeader.Bytes, Math.Min(room, GuestCredit));
        Errno errno;
        uint count;
        do
        {
            errno = chain.TryReadFrom(_socket, span, out count);
        }
        while (errno == Errno.EINTR);
        if (errno == Errno.OK && count > 0)
        {
            header.Operation = VsockOperation.ReadWrite;
            header.LengthBytes = count;
            _sentToGuest += count;
            // A short read emptied the socket; if not, polling says so. After a hang-up nobody polls.
            _mayRead = count == span.LengthBytes || _isHungUp;
            _terms.Metrics.ReceivedBytes.Add(count);
            return true;
        }
        _mayRead = false;
        switch (errno)
        {
            case Errno.EAGAIN:
                break;
            case Errno.OK:
                _hostDone |= _isHungUp ? VsockShutdown.Both : VsockShutdown.Send;
                break;
            case Errno.ECONNRESET:
                // The program closed without reading all that the guest sent.
                _hostDone = VsockShutdown.Both;
                break;
            default:
                Kill();
                break;
        }
        return false;
    }

    private bool TryTellReset(ref VsockHeader header)
    {
        if (State != VsockConnectionState.Resetting)
        {
            return false;
        }
        State = VsockConnectionState.Dead;
        header.Operation = VsockOperation.Reset;
        return true;
    }

    private bool TryTellShutdown(ref VsockHeader header)
    {
        if (_hostDone == _hostDoneTold)
        {
            return false;
        }
        _hostDoneTold = _hostDone;
        header.Operation = VsockOperation.Shutdown;
        header.Flags = (uint)_hostDone;
        if (_hostDone == VsockShutdown.Both)
        {
            State = VsockConnectionState.Closing;
            Deadline = _terms.After(_terms.Options.ShutdownTimeout);
        }
        return true;
    }

    private bool TryTellCredit(ref VsockHeader header)
    {
        if (!_owesCreditUpdate)
        {
            return false;
        }
        header.Operation = VsockOperation.CreditUpdate;
        return true;
    }
}
