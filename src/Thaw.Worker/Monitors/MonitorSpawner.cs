using System.Collections.Concurrent;
using System.Diagnostics;

namespace Thaw.Worker.Monitors;

/// <summary>Spawns processes from one thread that lives as long as the worker.</summary>
/// <remarks>
/// A parent-death signal is sent when the *thread* that spawned the process ends. Threads of the pool come and go; a
/// monitor spawned from one of them would be killed with it.
/// </remarks>
internal sealed class MonitorSpawner : IDisposable
{
    private readonly BlockingCollection<Action> _orders = [];
    private readonly Thread _thread;

    internal MonitorSpawner()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "monitor-spawner" };
        _thread.Start();
    }

    /// <summary>Starts the process.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The program can't be run.</exception>
    internal Task<Process> SpawnAsync(ProcessStartInfo start)
    {
        TaskCompletionSource<Process> spawned = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _orders.Add(() =>
        {
            try
            {
                spawned.SetResult(Process.Start(start)!);
            }
            catch (Exception failure)
            {
                // The top frame of this thread's work: the failure is the caller's.
                spawned.SetException(failure);
            }
        });
        return spawned.Task;
    }

    /// <summary>Ends the thread; monitors that still run get their parent-death signal.</summary>
    public void Dispose()
    {
        _orders.CompleteAdding();
        _thread.Join();
        _orders.Dispose();
    }

    private void Run()
    {
        foreach (Action order in _orders.GetConsumingEnumerable())
        {
            order();
        }
    }
}
