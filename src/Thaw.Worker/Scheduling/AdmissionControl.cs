namespace Thaw.Worker.Scheduling;

/// <summary>
/// Decides which request gets a microVM, and when: bounds microVMs and their memory, keeps idle ones, and makes
/// requests wait in the order in which they came.
/// </summary>
internal sealed class AdmissionControl<T>(WorkerOptions options, TimeProvider time)
    where T : class, IReusable
{
    /// <summary>Guards all fields. Nothing else is taken while it is held, and no code of others runs.</summary>
    private readonly Lock _gate = new();
    private readonly LinkedList<Waiter> _waiters = new();

    /// <summary>Idle microVMs, the one that has been idle longest first.</summary>
    private readonly LinkedList<(T Microvm, long Since)> _idle = new();
    private int _microvms;
    private int _memoryMib;

    /// <summary>Microvms that run, idle ones of them, memory that they are counted with, requests that wait.</summary>
    internal (int Microvms, int Idle, int MemoryMib, int Queued) Counts
    {
        get
        {
            lock (_gate)
            {
                return (_microvms, _idle.Count, _memoryMib, _waiters.Count);
            }
        }
    }

    /// <summary>Gets an idle microVM, or room for a new one, now or later.</summary>
    /// <param name="key">What it is for.</param>
    /// <param name="memoryMib">The memory that a new one would be counted with.</param>
    /// <param name="acceptsIdle">Whether one will do that has served before.</param>
    /// <param name="cancellationToken">Gives the request up while it waits.</param>
    /// <exception cref="WorkerException">Too many wait, the wait took too long, or it will never fit.</exception>
    internal async Task<Admission<T>> EnterAsync(
        FunctionKey key, int memoryMib, bool acceptsIdle, CancellationToken cancellationToken)
    {
        if (memoryMib > options.MemoryMibMax)
        {
            throw new WorkerException(
                WorkerFault.TooLarge,
                $"A microVM for {key} is counted with {memoryMib} MiB; this machine gives {options.MemoryMibMax} MiB.");
        }
        Waiter waiter = new(key, memoryMib, acceptsIdle);
        lock (_gate)
        {
            if (TryAdmitLocked(waiter, isFirst: _waiters.Count == 0) is { } admission)
            {
                return admission;
            }
            if (_waiters.Count >= options.QueuedMax)
            {
                throw new WorkerException(
                    WorkerFault.Throttled, $"Rate Exceeded: {_waiters.Count} requests wait for room already.");
            }
            _waiters.AddLast(waiter);
        }
        return await WaitAsync(waiter, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes back a microVM after its answer.</summary>
    /// <returns>Whether it lives on; if not, the caller ends it and then releases its lease.</returns>
    internal bool TryKeep(T microvm)
    {
        lock (_gate)
        {
            if (!microvm.IsUsable)
            {
                return false;
            }
            foreach (Waiter waiter in _waiters)
            {
                if (waiter.AcceptsIdle && waiter.Key == microvm.Key)
                {
                    _waiters.Remove(waiter);
                    waiter.Admitted.SetResult(new Admission<T>(microvm, null, []));
                    return true;
                }
            }
            // Whoever waits needs the room more than a microVM that may never be asked again. Those that died while
            // idle are in the list until they are swept; they must not cost a living one its place.
            if (_waiters.Count > 0
                || _idle.Count(idle => idle.Microvm.Key == microvm.Key && idle.Microvm.IsUsable)
                    >= options.IdlePerVersionMax)
            {
                return false;
            }
            _idle.AddLast((microvm, time.GetTimestamp()));
            return true;
        }
    }

    /// <summary>Gives room back. The microVM that had it is gone.</summary>
    internal void Release(Lease lease)
    {
        lock (_gate)
        {
            ReleaseLocked(lease);
            while (_waiters.First is { } first && TryAdmitLocked(first.Value, isFirst: true) is { } admission)
            {
                _waiters.RemoveFirst();
                first.Value.Admitted.SetResult(admission);
            }
        }
    }

    /// <summary>Takes out idle microVMs; the caller ends them and releases their leases.</summary>
    /// <param name="unwanted">Which ones, given how long each has been idle.</param>
    internal IReadOnlyList<T> TakeIdle(Func<T, TimeSpan, bool> unwanted)
    {
        lock (_gate)
        {
            List<T> taken = [];
            for (LinkedListNode<(T Microvm, long Since)>? node = _idle.First; node is not null;)
            {
                LinkedListNode<(T Microvm, long Since)>? next = node.Next;
                if (!node.Value.Microvm.IsUsable
                    || unwanted(node.Value.Microvm, time.GetElapsedTime(node.Value.Since)))
                {
                    _idle.Remove(node);
                    taken.Add(node.Value.Microvm);
                }
                node = next;
            }
            return taken;
        }
    }

    private async Task<Admission<T>> WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        try
        {
            return await waiter.Admitted.Task.WaitAsync(options.QueueTimeout, time, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is TimeoutException or OperationCanceledException)
        {
            lock (_gate)
            {
                if (_waiters.Remove(waiter))
                {
                    throw failure is TimeoutException
                        ? new WorkerException(
                            WorkerFault.Throttled,
                            $"Rate Exceeded: there was no room within {options.QueueTimeout.TotalSeconds:F0} s.")
                        : new OperationCanceledException(failure.Message, failure, cancellationToken);
                }
            }
            // It was admitted at the same moment; what it got must not be lost.
            return await waiter.Admitted.Task.ConfigureAwait(false);
        }
    }

    private Admission<T>? TryAdmitLocked(Waiter waiter, bool isFirst)
    {
        if (waiter.AcceptsIdle && TakeMatchLocked(waiter.Key) is { } match)
        {
            return new Admission<T>(match, null, []);
        }
        if (!isFirst)
        {
            return null;
        }
        List<T> evicted = [];
        int microvms = _microvms;
        int memoryMib = _memoryMib;
        for (LinkedListNode<(T Microvm, long Since)>? node = _idle.First; ; node = node.Next)
        {
            if (microvms < options.MicrovmsMax && memoryMib + waiter.MemoryMib <= options.MemoryMibMax)
            {
                break;
            }
            if (node is null)
            {
                return null;
            }
            evicted.Add(node.Value.Microvm);
            microvms--;
            memoryMib -= node.Value.Microvm.Lease.MemoryMib;
        }
        foreach (T microvm in evicted)
        {
            _idle.RemoveFirst();
            ReleaseLocked(microvm.Lease);
        }
        _microvms++;
        _memoryMib += waiter.MemoryMib;
        return new Admission<T>(null, new Lease(waiter.MemoryMib), evicted);
    }

    /// <summary>The one that was idle for the shortest time: its memory is the warmest.</summary>
    private T? TakeMatchLocked(FunctionKey key)
    {
        for (LinkedListNode<(T Microvm, long Since)>? node = _idle.Last; node is not null; node = node.Previous)
        {
            if (node.Value.Microvm.Key == key && node.Value.Microvm.IsUsable)
            {
                _idle.Remove(node);
                return node.Value.Microvm;
            }
        }
        return null;
    }

    private void ReleaseLocked(Lease lease)
    {
        if (!lease.IsReleased)
        {
            lease.IsReleased = true;
            _microvms--;
            _memoryMib -= lease.MemoryMib;
        }
    }

    private sealed class Waiter(FunctionKey key, int memoryMib, bool acceptsIdle)
    {
        internal FunctionKey Key { get; } = key;

        internal int MemoryMib { get; } = memoryMib;

        internal bool AcceptsIdle { get; } = acceptsIdle;

        internal TaskCompletionSource<Admission<T>> Admitted { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
