using System.Text;
using Thaw.Linux;

namespace Thaw.Devices.Legacy;

/// <summary>
/// Keeps the last bytes of a serial port for diagnosis and, optionally, passes all on to a file, pipe or terminal.
/// </summary>
/// <remarks>
/// vCPU threads only append to a bounded buffer; the event loop's thread writes it out. When the reader is slower than
/// the guest, the oldest bytes that were not written yet are lost and counted, never a vCPU stopped.
/// </remarks>
public sealed class SerialConsole : ISerialOutput, IDisposable
{
    /// <summary>How many bytes are kept, written out or not.</summary>
    public const int TailBytesMax = 64 * 1024;

    /// <summary>A writable pipe takes this much without blocking (PIPE_BUF).</summary>
    private const int WriteBytesMax = 4096;

    private readonly Lock _lock = new(); // Guards the buffer and the two totals; a leaf.
    private readonly byte[] _buffer = new byte[TailBytesMax];
    private readonly byte[] _outgoing = new byte[WriteBytesMax];
    private readonly SafeFd? _sink;
    private readonly EventFd _hasBytes = EventFd.Create();
    private EventLoop.Registration? _wakeRegistration;
    private EventLoop.Registration? _sinkRegistration;
    private bool _isSinkPolled;
    private bool _isSinkBroken;
    private long _appended;
    private long _written;

    /// <summary>Creates a console.</summary>
    /// <param name="sink">Where the bytes also go; not owned. Null: only the tail is kept.</param>
    /// <exception cref="LinuxException">Out of descriptors.</exception>
    public SerialConsole(SafeFd? sink) => _sink = sink;

    /// <summary>Bytes that never reached the sink.</summary>
    public Counter LostBytes { get; } = new();

    /// <summary>How many bytes the guest has written in all.</summary>
    public long AppendedBytes
    {
        get
        {
            lock (_lock)
            {
                return _appended;
            }
        }
    }

    /// <summary>Writes to the sink from <paramref name="loop"/>. On the loop's thread, or before it runs.</summary>
    public void Start(EventLoop loop)
    {
        if (_sink is null)
        {
            return;
        }
        try
        {
            _sinkRegistration = loop.Register(_sink, EpollEvents.None, _ => Flush());
            _isSinkPolled = true;
        }
        catch (LinuxException refused) when (refused.Errno == Errno.EPERM)
        {
            // Regular files cannot be polled, and do not block either.
            _isSinkPolled = false;
        }
        _wakeRegistration = loop.Register(_hasBytes, EpollEvents.Readable, _ => OnBytes());
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        bool wasDrained;
        lock (_lock)
        {
            wasDrained = _appended == _written;
            foreach (byte value in bytes)
            {
                _buffer[(int)(_appended++ % TailBytesMax)] = value;
            }
        }
        if (wasDrained && _sink is not null)
        {
            _hasBytes.Signal();
        }
    }

    /// <summary>The last bytes as text; what is no UTF-8 is replaced.</summary>
    /// <param name="bytesMax">At most so many of them.</param>
    public string Tail(int bytesMax = TailBytesMax)
    {
        byte[] copy;
        lock (_lock)
        {
            int count = (int)Math.Min(Math.Min(_appended, TailBytesMax), bytesMax);
            copy = new byte[count];
            CopyOutLocked(_appended - count, copy);
        }
        return Encoding.UTF8.GetString(copy);
    }

    /// <summary>Writes what waits to a sink that does not block; for the end of the process.</summary>
    public void FlushToFile()
    {
        if (_sink is not null && !_isSinkPolled)
        {
            Flush();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        FlushToFile();
        _wakeRegistration?.Dispose();
        _sinkRegistration?.Dispose();
        _hasBytes.Dispose();
    }

    private void OnBytes()
    {
        _hasBytes.TryDrain();
        if (_isSinkPolled && !_isSinkBroken)
        {
            _sinkRegistration?.Change(EpollEvents.Writable);
            return;
        }
        Flush();
    }

    /// <summary>A pipe gets one portion for each time that it polls as writable, a file gets all at once.</summary>
    private void Flush()
    {
        while (TryTake(out int count))
        {
            Errno errno = Errno.EIO;
            int done = 0;
            if (!_isSinkBroken)
            {
                errno = _sink!.TryWrite(_outgoing.AsSpan(0, count), out done);
            }
            if (errno == Errno.EINTR)
            {
                continue;
            }
            if (errno == Errno.EAGAIN && _isSinkPolled)
            {
                return;
            }
            if (errno != Errno.OK)
            {
                // A closed pipe or a full disk: the guest goes on, the tail stays readable.
                _isSinkBroken = true;
                LostBytes.Add(count);
                done = count;
            }
            lock (_lock)
            {
                _written += done;
            }
            if (_isSinkPolled && !_isSinkBroken)
            {
                return;
            }
        }
        _sinkRegistration?.Change(EpollEvents.None);
        if (_isSinkBroken)
        {
            // An error condition is reported whatever one waits for.
            _sinkRegistration?.Dispose();
            _sinkRegistration = null;
        }
    }

    private bool TryTake(out int count)
    {
        lock (_lock)
        {
            long lost = _appended - _written - TailBytesMax;
            if (lost > 0)
            {
                LostBytes.Add(lost);
                _written += lost;
            }
            count = (int)Math.Min(_appended - _written, WriteBytesMax);
            CopyOutLocked(_written, _outgoing.AsSpan(0, count));
            return count > 0;
        }
    }

    private void CopyOutLocked(long from, Span<byte> destination)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = _buffer[(int)((from + i) % TailBytesMax)];
        }
    }
}
