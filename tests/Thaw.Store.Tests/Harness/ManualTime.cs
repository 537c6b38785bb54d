namespace Thaw.Store.Tests;

/// <summary>A clock that stands still until a test moves it. Timers fire on the thread that moves it.</summary>
public sealed class ManualTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    /// <summary>Timers that have yet to fire.</summary>
    public int TimerCount
    {
        get
        {
            lock (_gate)
            {
                return _timers.Count;
            }
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ManualTimer timer = new(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves to the next timer and fires it; false when there is none.</summary>
    public bool FireNext() => FireNextWithin(TimeSpan.FromDays(1000.0));

    /// <summary>Moves to the next timer and fires it, when it is due within a time; false when it is not.</summary>
    public bool FireNextWithin(TimeSpan time)
    {
        ManualTimer? next;
        lock (_gate)
        {
            next = _timers.MinBy(timer => timer.Due);
            if (next is null || next.Due > _now + time)
            {
                return false;
            }
            _timers.Remove(next);
            _now = next.Due > _now ? next.Due : _now;
        }
        next.Fire();
        return true;
    }

    /// <summary>Moves on and fires what is due meanwhile.</summary>
    public void Advance(TimeSpan by)
    {
        DateTimeOffset end = GetUtcNow() + by;
        while (IsDueBefore(end))
        {
            FireNext();
        }
        lock (_gate)
        {
            _now = end;
        }
    }

    /// <summary>Moves from timer to timer until a task is done that waits for nothing but timers.</summary>
    public async Task<T> DriveAsync<T>(Task<T> task)
    {
        Drive(task);
        return await task;
    }

    /// <inheritdoc cref="DriveAsync{T}"/>
    public async Task DriveAsync(Task task)
    {
        Drive(task);
        await task;
    }

    private void Drive(Task task)
    {
        while (!task.IsCompleted)
        {
            Assert.True(FireNext(), "The task waits, but for no timer.");
        }
    }

    private bool IsDueBefore(DateTimeOffset end)
    {
        lock (_gate)
        {
            return _timers.Exists(timer => timer.Due <= end);
        }
    }

    private sealed class ManualTimer(ManualTime time, Action action) : ITimer
    {
        private TimeSpan _period;

        public DateTimeOffset Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                time._timers.Remove(this);
                _period = period;
                if (dueTime >= TimeSpan.Zero)
                {
                    Due = time._now + dueTime;
                    time._timers.Add(this);
                }
            }
            return true;
        }

        public void Fire()
        {
            if (_period > TimeSpan.Zero)
            {
                Change(_period, _period);
            }
            action();
        }

        public void Dispose()
        {
            lock (time._gate)
            {
                time._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
