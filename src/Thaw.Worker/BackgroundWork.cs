using System.Collections.Concurrent;

namespace Thaw.Worker;

/// <summary>Work that has to end before the worker does. Whoever started it hears of its failures.</summary>
internal sealed class BackgroundWork
{
    private readonly ConcurrentDictionary<Task, bool> _tasks = new();

    /// <summary>Remembers a task until it ends.</summary>
    internal T Add<T>(T task)
        where T : Task
    {
        _tasks[task] = true;
        task.ContinueWith(
            done => _tasks.TryRemove(done, out _), CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return task;
    }

    /// <summary>Ends when all of it has, that included which began meanwhile.</summary>
    internal async Task UntilDoneAsync()
    {
        while (_tasks.Keys.FirstOrDefault() is { } task)
        {
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _tasks.TryRemove(task, out _);
        }
    }
}
