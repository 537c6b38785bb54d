using Thaw.Core;
using Thaw.Linux;
using Thaw.Pager.Fetching;
using Thaw.Pager.Images;
using Thaw.Pager.Views;
using Thaw.Pager.WorkingSets;
using Thaw.Protocol;

namespace Thaw.Pager.Clones;

/// <summary>
/// One start of a clone, from the request over its monitor's connection to its end. Its thread waits for the monitor
/// and then serves it.
/// </summary>
internal sealed class CloneStart
{
    private readonly OpenImage _image;
    private readonly ChunkFetcher _fetcher;
    private readonly CloneStartOptions _options;
    private readonly PagerLog _log;
    private readonly TimeProvider _time;
    private readonly CloneCounters _counters = new();
    private readonly TouchLog _touched;
    private readonly PageBitmap _foreseen;
    private readonly Prefetch? _prefetch;
    private readonly bool _isRecorded;
    private readonly EventFd _stop = EventFd.Create();
    private readonly UnixSocket _listener;

    // Guards the fields below.
    private readonly Lock _lock = new();
    private CloneMemory? _memory;
    private PagerStartState _state = PagerStartState.Waiting;
    private string? _error;
    private int _process;
    private bool _isClosed;
    private HashSet<uint>? _settled;
    private long _populated;

    /// <summary>Listens for the monitor. Holds the image's memory until its end.</summary>
    /// <exception cref="LinuxException">The socket cannot be made.</exception>
    internal CloneStart(
        OpenImage image, ChunkFetcher fetcher, CloneStartOptions options, PagerLog log, TimeProvider time)
    {
        _image = image;
        _fetcher = fetcher;
        _options = options;
        _log = log;
        _time = time;
        _touched = new TouchLog(image.View.Source.PageCount);
        List<uint> workingSet = image.WorkingSet.ToList();
        _foreseen = new PageBitmap(image.View.Source.PageCount);
        workingSet.ForEach(page => _foreseen.Mark(page));
        _isRecorded = options.Record && image.WorkingSet.WantsRecording;
        _listener = UnixSocket.Listen(options.SocketPath, backlog: 1);
        Invariant.That(image.View.TryHold());
        image.CountStart(1);
        if (options.Prefetch && workingSet.Count > 0)
        {
            _prefetch = new Prefetch(image.View, fetcher, workingSet, _counters)
            {
                Copies = image.Pages,
                OnPage = Push,
            };
        }
    }

    /// <summary>Called once when it has ended, on its thread.</summary>
    internal required Action<CloneStart> OnEnd { get; init; }

    /// <summary>Its name.</summary>
    internal string Id => _options.Id;

    /// <summary>The memory that it is served from.</summary>
    internal OpenImage Image => _image;

    /// <summary>Begins to prefetch and to wait for the monitor. Once.</summary>
    internal void Begin()
    {
        _ = _prefetch?.RunAsync();
        new Thread(Run, maxStackSize: 256 * 1024) { IsBackground = true, Name = $"clone-{Id}" }.Start();
    }

    /// <summary>Its figures.</summary>
    internal PagerStartStats ReadStats()
    {
        lock (_lock)
        {
            long wasted = 0;
            long prefetched = _prefetch?.CountPrefetched(out wasted, _settled) ?? 0;
            long touched = _settled?.Count ?? 0;
            long waited = Volatile.Read(ref _counters.FaultsWaited);
            return new PagerStartStats
            {
                Start = Id,
                Image = _image.Id,
                Socket = _state == PagerStartState.Waiting ? _options.SocketPath : null,
                State = _state,
                Error = _error,
                GuestBytes = (long)_image.View.Source.PageCount * PageSize.Bytes,
                Faults = Volatile.Read(ref _counters.Faults),
                ZeroFaults = Volatile.Read(ref _counters.ZeroFaults),
                FaultsInMemory = Volatile.Read(ref _counters.FaultsInMemory),
                FaultsWaited = waited,
                WaitedUs = Volatile.Read(ref _counters.WaitedUs),
                ChunksLoaded = Volatile.Read(ref _counters.ChunksLoaded),
                BytesMoved = Volatile.Read(ref _counters.BytesMoved),
                BytesFromOrigin = Volatile.Read(ref _counters.BytesFromOrigin),
                Prefetched = prefetched,
                PrefetchWasted = wasted,
                PrefetchDone = _prefetch?.IsDone ?? true,
                Populated = _populated,
                Touched = touched,
                HitRate = touched == 0 ? 0 : Math.Max(0, touched - waited) / (double)touched,
            };
        }
    }

    /// <summary>
    /// The clone did what it was started for: notes what it touched, and lets the working set learn from that.
    /// </summary>
    /// <returns>Whether the working set changed and is to be kept.</returns>
    internal bool Settle()
    {
        CloneMemory? memory;
        int process;
        lock (_lock)
        {
            if (_settled is not null || _memory is null)
            {
                return false;
            }
            memory = _memory;
            process = _process;
        }
        List<uint> touched = FindTouched(memory, process);
        lock (_lock)
        {
            _settled = [.. touched];
        }
        LearnWritten(memory, process);
        _image.WorkingSet.Observe(Volatile.Read(ref _counters.FaultsUnforeseen));
        if (!_isRecorded)
        {
            return false;
        }
        _image.WorkingSet.Learn(touched);
        return true;
    }

    /// <summary>Ends it: a monitor that is served loses its memory. Any thread.</summary>
    internal void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            _memory?.Close();
        }
        _stop.Signal();
    }

    private List<uint> FindTouched(CloneMemory memory, int process)
    {
        MemoryView view = _image.View;
        try
        {
            return [.. memory.FindTouched(process).Where(page => !view.RunOf(page).IsZero)];
        }
        catch (IOException e)
        {
            _log.Write($"Start {Id}: what it touched is known by its page faults only: {e.Message}");
            return _touched.ToList();
        }
    }

    private void LearnWritten(CloneMemory memory, int process)
    {
        if (!_isRecorded && !_image.Populate.WantsWritten)
        {
            return;
        }
        try
        {
            if (memory.FindWritten(process) is { } written)
            {
                _image.Populate.Learn(written);
            }
        }
        catch (IOException e)
        {
            _log.Write($"Start {Id}: what it wrote is not known: {e.Message}");
        }
    }

    // Before the monitor is there nothing can be pushed, and while a clone is recorded nothing shall.
    private void Push(uint page)
    {
        if (!_isRecorded)
        {
            Volatile.Read(ref _memory)?.Push(page);
        }
    }

    private void Run()
    {
        string? failure = null;
        try
        {
            failure = Serve();
        }
        catch (Exception e)
        {
            // The thread's top frame: whatever one monitor sends, the other clones go on.
            failure = $"the hand-off failed: {e.Message}";
        }
        finally
        {
            _prefetch?.Stop();
            _listener.Dispose();
            if (failure is not null)
            {
                _log.Write($"Start {Id}: {failure}.");
            }
            _image.CountStart(-1);
            _image.View.Release();
            // Last: whoever sees that it ended may rely on everything being given back.
            lock (_lock)
            {
                _state = failure is null ? PagerStartState.Ended : PagerStartState.Failed;
                _error = failure;
            }
            OnEnd(this);
        }
    }

    private string? Serve()
    {
        using UnixSocket? accepted = Accept();
        if (accepted is null)
        {
            return null;
        }
        using FramedSocket socket = new(accepted);
        lock (_lock)
        {
            _state = PagerStartState.HandingOver;
            _process = SocketRights.PeerProcess(accepted);
        }
        HandOff handOff = HandOff.Run(socket, _image, _isRecorded);
        using CloneMemory memory =
            new(_image.View, _fetcher, handOff, accepted, _counters, _touched, _foreseen, _time);
        lock (_lock)
        {
            _state = PagerStartState.Serving;
            _populated = handOff.Populated;
            _memory = memory;
            if (_isClosed)
            {
                memory.Close();
            }
        }
        if (handOff.IsShared)
        {
            HandOff.Notify(socket, new PagerNotice { Ready = true });
        }
        string? failure = memory.Run();
        if (failure is not null || memory.IsClosed)
        {
            CloneEnding.Tell(socket, handOff.IsShared, _process, failure ?? "its start was closed", _log);
        }
        return failure;
    }

    // One monitor, once; the socket's file goes with the connection.
    private UnixSocket? Accept()
    {
        PollSet set = new(2);
        try
        {
            while (true)
            {
                set.Clear();
                int stop = set.Add(_stop, PollEvents.Readable);
                set.Add(_listener, PollEvents.Readable);
                set.Wait(timeoutMs: -1);
                if (set.Found(stop) != PollEvents.None)
                {
                    return null;
                }
                if (_listener.TryAccept(out UnixSocket? connection) == Errno.OK)
                {
                    return connection;
                }
            }
        }
        finally
        {
            File.Delete(_options.SocketPath);
        }
    }
}
