using System.Collections.Concurrent;
using Thaw.Linux;
using Thaw.Pager.Fetching;
using Thaw.Pager.Images;
using Thaw.Pager.Sources;
using Thaw.Pager.Views;

namespace Thaw.Pager.Clones;

/// <summary>
/// Serves one clone's page faults, on the thread that calls <see cref="Run"/>: a monitor that plays tricks with its
/// descriptor holds up itself and nobody else.
/// </summary>
internal sealed partial class CloneMemory : IDisposable
{
    private const int EventsPerRead = 32;
    private const int RoundsPerTurn = 64;

    private readonly MemoryView _view;
    private readonly ChunkFetcher _fetcher;
    private readonly HandOff _handOff;
    private readonly UnixSocket _socket;
    private readonly CloneCounters _counters;
    private readonly TouchLog _touched;
    private readonly PageBitmap _foreseen;
    private readonly TimeProvider _time;
    private readonly EventFd _wake = EventFd.Create();
    private readonly PageBitmap _removed;

    // Pages for the serving thread to resolve, and to copy in before they are missed.
    private readonly ConcurrentQueue<uint> _arrived = new();
    private readonly ConcurrentQueue<uint> _pushed = new();
    private int _waiting;
    private volatile string? _failure;
    private volatile bool _isClosed;

    internal CloneMemory(
        MemoryView view, ChunkFetcher fetcher, HandOff handOff, UnixSocket socket, CloneCounters counters,
        TouchLog touched, PageBitmap foreseen, TimeProvider time)
    {
        _view = view;
        _fetcher = fetcher;
        _handOff = handOff;
        _socket = socket;
        _counters = counters;
        _touched = touched;
        _foreseen = foreseen;
        _time = time;
        _removed = new PageBitmap(view.Source.PageCount);
    }

    /// <summary>Serves until the monitor ends, the start is closed, or memory cannot be served.</summary>
    /// <returns>Why memory cannot be served; null in the other cases.</returns>
    internal string? Run()
    {
        PollSet set = new(3);
        UserfaultEvent[] events = new UserfaultEvent[EventsPerRead];
        byte[] ignored = new byte[256];
        while (!_isClosed && _failure is null)
        {
            set.Clear();
            int wake = set.Add(_wake, PollEvents.Readable);
            int faults = set.Add(_handOff.Faults, PollEvents.Readable);
            int socket = set.Add(_socket, PollEvents.Readable);
            set.Wait(timeoutMs: -1);
            if (set.Found(wake) != PollEvents.None)
            {
                _wake.TryDrain();
            }
            if ((set.Found(faults) & (PollEvents.Error | PollEvents.HangUp)) != 0)
            {
                return "the monitor's userfaultfd broke";
            }
            if (set.Found(faults) != PollEvents.None)
            {
                TakeEvents(events);
            }
            ResolveArrived();
            PushSome();
            if (set.Found(socket) != PollEvents.None && IsGone(ignored))
            {
                return null;
            }
        }
        return _failure;
    }

    /// <summary>Whether <see cref="Run"/> was told to end.</summary>
    internal bool IsClosed => _isClosed;

    /// <summary>Ends <see cref="Run"/>. Any thread.</summary>
    internal void Close()
    {
        _isClosed = true;
        _wake.Signal();
    }

    /// <summary>
    /// Puts a page into the clone before it is missed, where pages are copied; shared ones need nothing. Any thread.
    /// </summary>
    internal void Push(uint page)
    {
        if (!_handOff.IsShared)
        {
            _pushed.Enqueue(page);
            _wake.Signal();
        }
    }

    /// <summary>The pages that the clone touched, oldest first as far as known.</summary>
    /// <param name="process">The monitor.</param>
    internal List<uint> FindTouched(int process)
    {
        List<uint> pages = _touched.ToList();
        if (!_handOff.IsShared)
        {
            return pages;
        }
        HashSet<uint> known = [.. pages];
        pages.AddRange(PageTable.FindMapped(process, _handOff.Map, _view).Where(known.Add));
        return pages;
    }

    /// <summary>The pages that the clone wrote to, ascending; null where that can't be told.</summary>
    /// <param name="process">The monitor.</param>
    /// <exception cref="IOException">The monitor is gone, or may not be looked at.</exception>
    internal List<uint>? FindWritten(int process) =>
        _handOff.IsShared ? PageTable.FindWritten(process, _handOff.Map, _view.Source.PageCount) : null;

    public void Dispose()
    {
        // Who still waits for a page may signal later; the event is freed with its last user.
        _handOff.Faults.Dispose();
    }

    private bool IsGone(byte[] ignored)
    {
        Errno errno = SocketRights.TryReceive(_socket, ignored, new List<SafeFd>(), out int count);
        return errno is not (Errno.OK or Errno.EAGAIN or Errno.EINTR) || (errno == Errno.OK && count == 0);
    }

    private void TakeEvents(UserfaultEvent[] events)
    {
        // Bounded, so that a monitor that floods the descriptor does not keep the rest of the loop from its turn.
        for (int round = 0; round < RoundsPerTurn && _failure is null; round++)
        {
            Errno errno = _handOff.Faults.TryReadEvents(events, out int count);
            if (errno is not (Errno.OK or Errno.EAGAIN or Errno.EINTR))
            {
                Fail($"the monitor's userfaultfd cannot be read: {errno}");
            }
            for (int i = 0; i < count; i++)
            {
                Handle(events[i]);
            }
            if (count < events.Length)
            {
                return;
            }
        }
    }

    private void Handle(UserfaultEvent told)
    {
        switch (told.Kind)
        {
            case UserfaultKind.Fault:
                HandleFault(told.Start);
                break;
            case UserfaultKind.Remove:
                HandleRemove(told.Start, told.End);
                break;
            default:
                // Nobody asked for others; whoever made the descriptor did.
                break;
        }
    }

    private void HandleFault(ulong address)
    {
        Interlocked.Increment(ref _counters.Faults);
        if (!_handOff.Map.TryFind(address, out uint page, out _))
        {
            Fail($"a page fault at 0x{address:x}, which is not in the memory that was handed over");
            return;
        }
        if (_removed[page] || _view.RunOf(page).IsZero || _view.ImageOf(page) is not { } image)
        {
            Interlocked.Increment(ref _counters.ZeroFaults);
            Resolve(page);
            return;
        }
        _touched.Add(page);
        if (image.Has(page))
        {
            Interlocked.Increment(ref _counters.FaultsInMemory);
            Resolve(page);
            return;
        }
        Interlocked.Increment(ref _counters.FaultsWaited);
        Interlocked.Add(ref _counters.FaultsUnforeseen, _foreseen[page] ? 0 : 1);
        if (Interlocked.Increment(ref _waiting) > PagerLimits.WaitingFaultsMax)
        {
            Fail($"more than {PagerLimits.WaitingFaultsMax} page faults wait at once");
            return;
        }
        _ = AwaitPageAsync(page, _time.GetTimestamp());
    }

    // Given back to the system: zero from now on, whatever the image says.
    private void HandleRemove(ulong start, ulong end)
    {
        while (start < end && _handOff.Map.TryFind(start, out uint page, out uint pagesLeft))
        {
            uint count = (uint)Math.Min(pagesLeft, (end - start + Core.PageSize.Bytes - 1) / Core.PageSize.Bytes);
            for (uint i = 0; i < count; i++)
            {
                _removed.Mark(page + i);
            }
            start += (ulong)count * Core.PageSize.Bytes;
        }
    }

    private async Task AwaitPageAsync(uint page, long since)
    {
        bool isHeld = _view.TryHold();
        try
        {
            if (!isHeld)
            {
                return;
            }
            ChunkLoad load = await _fetcher.FetchAsync(_view, page, FetchKind.Fault).ConfigureAwait(false);
            Count(load);
            Interlocked.Add(ref _counters.WaitedUs, (long)_time.GetElapsedTime(since).TotalMicroseconds);
            _arrived.Enqueue(page);
        }
        catch (Exception e)
        {
            // Nobody else hears of it: whatever it was, the clone ends and does not wait for ever.
            Fail($"page {page} cannot be had: {e.Message}");
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
            if (isHeld)
            {
                _view.Release();
            }
            _wake.Signal();
        }
    }

    private void Count(ChunkLoad load)
    {
        if (load.BytesMoved > 0)
        {
            Interlocked.Increment(ref _counters.ChunksLoaded);
            Interlocked.Add(ref _counters.BytesMoved, load.BytesMoved);
            Interlocked.Add(ref _counters.BytesFromOrigin, load.BytesFromOrigin);
        }
    }

    private void Fail(string reason)
    {
        Interlocked.CompareExchange(ref _failure, reason, null);
        _wake.Signal();
    }
}
