using Thaw.Core;
using Thaw.Linux;

namespace Thaw.Devices.Virtio.Vsock;

/// <summary>
/// Bytes from the guest that the host's socket did not take yet: a ring of fixed size, allocated on first use.
/// </summary>
internal sealed class VsockSendBuffer
{
    private byte[]? _ring;
    private int _start;

    internal int Count { get; private set; }

    internal int Room => VsockLimits.SendBufferBytes - Count;

    /// <summary>Copies a part of a chain in; false when the chain's memory cannot be read.</summary>
    internal bool TryAppend(DescriptorChain chain, ChainSpan span)
    {
        Invariant.That(span.LengthBytes <= (uint)Room);
        _ring ??= GC.AllocateUninitializedArray<byte>(VsockLimits.SendBufferBytes);
        int end = (_start + Count) % _ring.Length;
        int first = (int)Math.Min(span.LengthBytes, (uint)(_ring.Length - end));
        int second = (int)span.LengthBytes - first;
        if (!chain.TryRead(span.Offset, _ring.AsSpan(end, first))
            || !chain.TryRead(span.Offset + (uint)first, _ring.AsSpan(0, second)))
        {
            return false;
        }
        Count += (int)span.LengthBytes;
        return true;
    }

    /// <summary>Sends as much as the socket takes.</summary>
    internal Errno TryFlush(UnixSocket socket, out int sent)
    {
        sent = 0;
        while (Count > 0)
        {
            int length = Math.Min(Count, _ring!.Length - _start);
            Errno errno = socket.TrySend(_ring.AsSpan(_start, length), out int count);
            if (errno == Errno.EINTR)
            {
                continue;
            }
            if (errno != Errno.OK)
            {
                return errno == Errno.EAGAIN ? Errno.OK : errno;
            }
            _start = (_start + count) % _ring.Length;
            Count -= count;
            sent += count;
            if (count < length)
            {
                break;
            }
        }
        return Errno.OK;
    }

    /// <summary>Forgets everything; how much that was.</summary>
    internal int Clear()
    {
        int dropped = Count;
        Count = 0;
        _start = 0;
        return dropped;
    }
}
