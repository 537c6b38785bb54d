using System.Collections.Concurrent;

namespace Thaw.Linux;

/// <summary>
/// A single-threaded loop over epoll(7). All callbacks run on the thread that called <see cref="Run"/>.
/// </summary>
/// <remarks>Only <see cref="Post"/> and <see cref="Stop"/> may be called from other threads.</remarks>
public sealed class EventLoop : IDisposable
{
    private const int EventCountMax = 64;

    private readonly SafeFd _epoll;
    private readonly EventFd _wake;
    private readonly Dictionary<ulong, Registration> _registrations = [];
    private readonly ConcurrentQueue<Action> _posted = new();
    private ulong _nextToken = 1;
    private volatile bool _stopping;

    /// <summary>Creates an empty loop.</summary>
    /// <exception cref="LinuxException">Out of descriptors.</exception>
    public EventLoop()
    {
        int fd = Libc.EpollCreate(Libc.EPOLL_CLOEXEC);
        _epoll = fd >= 0 ? new SafeFd(fd) : throw new LinuxException(Libc.LastErrno, "epoll_create1");
        _wake = EventFd.Create();
        Register(_wake, EpollEvents.Readable, _ => DrainPosted());
    }

    /// <summary>Watches <paramref name="fd"/> (level-triggered) until the registration is disposed.</summary>
    /// <exception cref="LinuxException">The descriptor cannot be polled.</exception>
    public Registration Register(SafeFd fd, EpollEvents events, Action<EpollEvents> callback)
    {
        ulong token = _nextToken++;
        Registration registration = new(this, fd, token, callback);
        Control(Libc.EPOLL_CTL_ADD, fd, events, token);
        _registrations.Add(token, registration);
        return registration;
    }

    /// <summary>Runs <paramref name="action"/> on the loop's thread, soon. Any thread.</summary>
    public void Post(Action action)
    {
        _posted.Enqueue(action);
        _wake.Signal();
    }

    /// <summary>Ends <see cref="Run"/> once the callbacks that are due have run. Any thread.</summary>
    public void Stop()
    {
        _stopping = true;
        _wake.Signal();
    }

    /// <summary>Dispatches events until <see cref="Stop"/>.</summary>
    /// <exception cref="LinuxException">epoll_wait failed for another reason than EINTR.</exception>
    public void Run()
    {
        while (!_stopping)
        {
            RunOnce(timeoutMs: -1);
        }
    }

    /// <summary>
    /// Waits once, at most <paramref name="timeoutMs"/> (-1: without bound), and dispatches what came.
    /// </summary>
    /// <returns>How many descriptors were ready.</returns>
    public int RunOnce(int timeoutMs)
    {
        Span<Libc.epoll_event> ready = stackalloc Libc.epoll_event[EventCountMax];
        int count;
        // SAFETY: the buffer holds EventCountMax entries and lives on this stack frame.
        unsafe
        {
            fixed (Libc.epoll_event* pointer = ready)
            {
                count = Libc.EpollWait(_epoll.Number, pointer, EventCountMax, timeoutMs);
            }
        }
        if (count < 0)
        {
            return Libc.LastErrno == Errno.EINTR ? 0 : throw new LinuxException(Libc.LastErrno, "epoll_wait");
        }
        for (int i = 0; i < count; i++)
        {
            // A callback may have removed a later registration of this batch.
            if (_registrations.TryGetValue(ready[i].data, out Registration? registration))
            {
                registration.Callback((EpollEvents)ready[i].events);
            }
        }
        return count;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _registrations.Clear();
        _wake.Dispose();
        _epoll.Dispose();
    }

    private void DrainPosted()
    {
        _wake.TryDrain();
        // Only what is there now: an action that posts again signals again, and descriptors get their turn between.
        for (int left = _posted.Count; left > 0 && _posted.TryDequeue(out Action? action); left--)
        {
            action();
        }
    }

    private void Control(int operation, SafeFd fd, EpollEvents events, ulong token)
    {
        Libc.epoll_event change = new() { events = (uint)events, data = token };
        int result;
        // SAFETY: a local struct, read during the call only.
        unsafe
        {
            result = Libc.EpollControl(_epoll.Number, operation, fd.Number, &change);
        }
        if (result != 0)
        {
            throw new LinuxException(Libc.LastErrno, "epoll_ctl");
        }
    }

    /// <summary>One watched descriptor. Dispose it before the descriptor.</summary>
    public sealed class Registration : IDisposable
    {
        private readonly EventLoop _loop;
        private readonly SafeFd _fd;
        private readonly ulong _token;

        internal Registration(EventLoop loop, SafeFd fd, ulong token, Action<EpollEvents> callback)
        {
            _loop = loop;
            _fd = fd;
            _token = token;
            Callback = callback;
        }

        internal Action<EpollEvents> Callback { get; }

        /// <summary>Changes what is waited for.</summary>
        public void Change(EpollEvents events) => _loop.Control(Libc.EPOLL_CTL_MOD, _fd, events, _token);

        /// <summary>Stops watching.</summary>
        public void Dispose()
        {
            if (_loop._registrations.Remove(_token) && !_fd.IsClosed && !_loop._epoll.IsClosed)
            {
                _loop.Control(Libc.EPOLL_CTL_DEL, _fd, EpollEvents.None, _token);
            }
        }
    }
}
