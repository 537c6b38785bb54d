namespace Thaw.Linux;

/// <summary>A few descriptors to wait for with poll(2). Not for several threads.</summary>
/// <param name="capacity">The most entries.</param>
public sealed class PollSet(int capacity)
{
    private readonly Libc.pollfd[] _items = new Libc.pollfd[capacity];
    private readonly SafeFd?[] _owners = new SafeFd?[capacity];
    private int _count;

    /// <summary>Forgets all entries.</summary>
    public void Clear()
    {
        Array.Clear(_owners, 0, _count);
        _count = 0;
    }

    /// <summary>Adds a descriptor and returns its index.</summary>
    public int Add(SafeFd fd, PollEvents events)
    {
        _owners[_count] = fd;
        _items[_count] = new Libc.pollfd { fd = fd.Number, events = (short)events };
        return _count++;
    }

    /// <summary>Waits for any entry; 0 ms asks only, -1 waits for ever. False when the time ran out.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public bool Wait(int timeoutMs)
    {
        while (true)
        {
            int result;
            // SAFETY: the array is pinned for the call and holds at least _count entries; _owners keeps the
            // descriptors alive meanwhile.
            unsafe
            {
                fixed (Libc.pollfd* pointer = _items)
                {
                    result = Libc.Poll(pointer, (nuint)_count, timeoutMs);
                }
            }
            if (result >= 0)
            {
                return result > 0;
            }
            if (Libc.LastErrno != Errno.EINTR)
            {
                throw new LinuxException(Libc.LastErrno, "poll");
            }
        }
    }

    /// <summary>What the last <see cref="Wait"/> found for an entry.</summary>
    public PollEvents Found(int index) => (PollEvents)_items[index].revents;
}
