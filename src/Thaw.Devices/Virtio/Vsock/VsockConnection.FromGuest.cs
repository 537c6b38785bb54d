using Thaw.Linux;

namespace Thaw.Devices.Virtio.Vsock;

/// <summary>Packets from the guest.</summary>
internal sealed partial class VsockConnection
{
    /// <summary>
    /// Takes a packet; its data, of checked length, is in <paramref name="chain"/> behind the header.
    /// </summary>
    internal void Consume(in VsockHeader header, DescriptorChain chain)
    {
        if (header.Operation == VsockOperation.Reset)
        {
            if (State != VsockConnectionState.Dead)
            {
                EndAtHost(VsockConnectionState.Dead);
            }
            return;
        }
        if (State is VsockConnectionState.Resetting or VsockConnectionState.Dead)
        {
            return;
        }
        _guestBufferBytes = header.BufferBytes;
        _guestForwarded = header.ForwardedBytes;
        if (GuestCredit > 0)
        {
            _isCreditRequested = false;
        }
        bool isOpen = State is VsockConnectionState.Established or VsockConnectionState.Closing;
        switch (header.Operation)
        {
            case VsockOperation.Response when State == VsockConnectionState.Requesting && !_owesRequest:
                Establish();
                break;
            case VsockOperation.ReadWrite when isOpen:
                OnData(header.LengthBytes, chain);
                break;
            case VsockOperation.Shutdown when isOpen:
                _guestDone |= (VsockShutdown)header.Flags & VsockShutdown.Both;
                OnGuestDone();
                break;
            case VsockOperation.CreditUpdate when isOpen:
                break;
            case VsockOperation.CreditRequest when isOpen:
                _owesCreditUpdate = true;
                break;
            default:
                Kill();
                break;
        }
    }

    private void OnData(uint length, DescriptorChain chain)
    {
        // Data after a shutdown, or more than was granted, is a broken driver.
        if ((_guestDone & VsockShutdown.Send) != 0 || length > (uint)_sendBuffer.Room)
        {
            Kill();
            return;
        }
        _terms.Metrics.SentBytes.Add(length);
        if (length == 0)
        {
            return;
        }
        uint sent = 0;
        Errno errno = Errno.OK;
        bool isWanted = (_hostDone & VsockShutdown.Receive) == 0 && !_isHungUp;
        if (isWanted && _sendBuffer.Count == 0)
        {
            errno = chain.TryWriteTo(_socket, new ChainSpan(VsockHeader.Bytes, length), out sent);
        }
        if (!isWanted || errno is Errno.EPIPE or Errno.ECONNRESET)
        {
            _terms.Metrics.DroppedBytes.Add(length);
            OnHostReceivesNoMore();
            return;
        }
        ChainSpan rest = new(VsockHeader.Bytes + sent, length - sent);
        if (errno is not (Errno.OK or Errno.EAGAIN or Errno.EINTR) || !_sendBuffer.TryAppend(chain, rest))
        {
            Kill();
            return;
        }
        OnForwarded(sent);
    }

    private void Flush()
    {
        Errno errno = _sendBuffer.TryFlush(_socket, out int sent);
        OnForwarded((uint)sent);
        if (errno is Errno.EPIPE or Errno.ECONNRESET)
        {
            OnHostReceivesNoMore();
        }
        else if (errno != Errno.OK)
        {
            Kill();
            return;
        }
        OnGuestDone();
    }

    private void OnForwarded(uint count)
    {
        _forwarded += count;
        if (unchecked(_forwarded - _forwardedTold) >= CreditUpdateBytes)
        {
            _owesCreditUpdate = true;
        }
    }

    /// <summary>Passes on what the guest is done with, once what it sent before is out.</summary>
    private void OnGuestDone()
    {
        if (_guestDone == VsockShutdown.Both)
        {
            if (_sendBuffer.Count == 0)
            {
                // Section 5.10.6.6.1: a reset answers a shutdown of both directions.
                EndAtHost(VsockConnectionState.Resetting);
                return;
            }
            // As long as the program goes on reading, it gets all.
            Deadline = _terms.After(_terms.Options.ShutdownTimeout);
        }
        if (_isHungUp)
        {
            return;
        }
        bool shutsSend = (_guestDone & VsockShutdown.Send) != 0 && !_isSendShut && _sendBuffer.Count == 0;
        bool shutsReceive = (_guestDone & VsockShutdown.Receive) != 0 && !_isReceiveShut;
        _socket.Shutdown(shutsReceive, shutsSend);
        _isSendShut |= shutsSend;
        _isReceiveShut |= shutsReceive;
    }

    private void OnHostReceivesNoMore()
    {
        DropUnsent();
        _hostDone |= VsockShutdown.Receive;
    }

    private void DropUnsent()
    {
        int dropped = _sendBuffer.Clear();
        _terms.Metrics.DroppedBytes.Add(dropped);
        if (dropped > 0)
        {
            OnGuestDone();
        }
    }
}
