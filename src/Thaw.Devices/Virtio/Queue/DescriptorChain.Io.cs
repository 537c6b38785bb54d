using Thaw.Linux;
using Thaw.Memory;

namespace Thaw.Devices.Virtio;

/// <summary>Copies between a chain and the device, and I/O straight between descriptors and guest memory.</summary>
public sealed partial class DescriptorChain
{
    /// <summary>Most bytes of one system call: a chain may name gigabytes, a call takes an int.</summary>
    private const uint TransferBytesMax = 1 << 30;

    /// <summary>
    /// Copies <paramref name="destination"/>.Length bytes of the readable part; false when it is too short.
    /// </summary>
    public bool TryRead(uint offset, Span<byte> destination)
    {
        Cursor cursor = new(Readable, offset);
        while (!destination.IsEmpty)
        {
            if (!cursor.TryNext((uint)destination.Length, out GuestAddress address, out uint length)
                || !_memory.TryRead(address, destination[..(int)length]))
            {
                return false;
            }
            destination = destination[(int)length..];
        }
        return true;
    }

    /// <summary>
    /// Copies <paramref name="source"/> into the writable part; false when it is too short or read-only.
    /// </summary>
    public bool TryWrite(uint offset, ReadOnlySpan<byte> source)
    {
        Cursor cursor = new(Writable, offset);
        while (!source.IsEmpty)
        {
            if (!cursor.TryNext((uint)source.Length, out GuestAddress address, out uint length)
                || !_memory.TryWrite(address, source[..(int)length]))
            {
                return false;
            }
            source = source[(int)length..];
        }
        return true;
    }

    /// <summary>Reads a file into the writable part, until all is there, the file ends, or an error.</summary>
    /// <param name="file">The file.</param>
    /// <param name="fileOffset">Where in the file.</param>
    /// <param name="span">Which bytes of the writable part.</param>
    /// <param name="count">How many bytes were read.</param>
    public Errno TryReadFromAt(SafeFd file, long fileOffset, ChainSpan span, out uint count)
    {
        Cursor cursor = new(Writable, span.Offset);
        count = 0;
        while (count < span.LengthBytes)
        {
            uint want = Math.Min(span.LengthBytes - count, TransferBytesMax);
            if (!cursor.TryNext(want, out GuestAddress address, out uint length))
            {
                return Errno.EFAULT;
            }
            while (length > 0)
            {
                Errno errno = _memory.TryReadFromAt(file, fileOffset + count, address, (int)length, out int done);
                if (errno == Errno.EINTR)
                {
                    continue;
                }
                if (errno != Errno.OK || done == 0)
                {
                    return errno;
                }
                count += (uint)done;
                length -= (uint)done;
                address = address.Add((uint)done);
            }
        }
        return Errno.OK;
    }

    /// <summary>Writes the readable part to a file, until all is written or an error.</summary>
    /// <param name="file">The file.</param>
    /// <param name="fileOffset">Where in the file.</param>
    /// <param name="span">Which bytes of the readable part.</param>
    /// <param name="count">How many bytes were written.</param>
    public Errno TryWriteToAt(SafeFd file, long fileOffset, ChainSpan span, out uint count)
    {
        Cursor cursor = new(Readable, span.Offset);
        count = 0;
        while (count < span.LengthBytes)
        {
            uint want = Math.Min(span.LengthBytes - count, TransferBytesMax);
            if (!cursor.TryNext(want, out GuestAddress address, out uint length))
            {
                return Errno.EFAULT;
            }
            while (length > 0)
            {
                Errno errno = _memory.TryWriteToAt(file, fileOffset + count, address, (int)length, out int done);
                if (errno == Errno.EINTR)
                {
                    continue;
                }
                if (errno != Errno.OK || done == 0)
                {
                    return errno == Errno.OK ? Errno.EIO : errno;
                }
                count += (uint)done;
                length -= (uint)done;
                address = address.Add((uint)done);
            }
        }
        return Errno.OK;
    }

    /// <summary>Receives once from a stream into the writable part; 0 bytes with OK is its end.</summary>
    /// <returns>EAGAIN when nothing was there.</returns>
    public Errno TryReadFrom(SafeFd stream, ChainSpan span, out uint count)
    {
        Cursor cursor = new(Writable, span.Offset);
        count = 0;
        while (count < span.LengthBytes)
        {
            if (!cursor.TryNext(span.LengthBytes - count, out GuestAddress address, out uint length))
            {
                return Errno.EFAULT;
            }
            int want = (int)Math.Min(length, TransferBytesMax);
            Errno errno = _memory.TryReadFrom(stream, address, want, out int done);
            if (errno != Errno.OK)
            {
                // What came before the error is delivered; the error will come again.
                return count > 0 ? Errno.OK : errno;
            }
            count += (uint)done;
            if (done < (int)length)
            {
                break;
            }
        }
        return Errno.OK;
    }

    /// <summary>Sends the readable part to a stream as far as it takes it without blocking.</summary>
    public Errno TryWriteTo(SafeFd stream, ChainSpan span, out uint count)
    {
        Cursor cursor = new(Readable, span.Offset);
        count = 0;
        while (count < span.LengthBytes)
        {
            if (!cursor.TryNext(span.LengthBytes - count, out GuestAddress address, out uint length))
            {
                return Errno.EFAULT;
            }
            int want = (int)Math.Min(length, TransferBytesMax);
            Errno errno = _memory.TryWriteTo(stream, address, want, out int done);
            if (errno != Errno.OK)
            {
                return count > 0 && errno == Errno.EAGAIN ? Errno.OK : errno;
            }
            count += (uint)done;
            if (done < (int)length)
            {
                break;
            }
        }
        return Errno.OK;
    }

    /// <summary>Goes over segments from an offset on.</summary>
    private ref struct Cursor
    {
        private readonly ReadOnlySpan<BufferSegment> _segments;
        private int _index;
        private uint _offset;

        internal Cursor(ReadOnlySpan<BufferSegment> segments, uint offset)
        {
            _segments = segments;
            _offset = offset;
        }

        /// <summary>
        /// The next contiguous piece of at most <paramref name="lengthMax"/> bytes; false at the end.
        /// </summary>
        internal bool TryNext(uint lengthMax, out GuestAddress address, out uint length)
        {
            while (_index < _segments.Length)
            {
                BufferSegment segment = _segments[_index];
                if (_offset < segment.LengthBytes)
                {
                    address = segment.Address.Add(_offset);
                    length = Math.Min(lengthMax, segment.LengthBytes - _offset);
                    _offset += length;
                    return true;
                }
                _offset -= segment.LengthBytes;
                _index++;
            }
            address = default;
            length = 0;
            return false;
        }
    }
}
