using Thaw.Linux;

namespace Thaw.GuestAgent.Processes;

/// <summary>
/// Awaits every child of PID 1: the function, and the orphans that the kernel gives to PID 1.
/// </summary>
internal sealed class ChildReaper
{
    /// <summary>Guards the fields; held while a child starts, so that its end comes after its entry.</summary>
    private readonly object _gate = new();
    private readonly Dictionary<int, Action<ExitStatus>> _known = [];
    private int _started;

    /// <summary>Starts a child and remembers whom to tell of its end.</summary>
    /// <exception cref="LinuxException">The program could not be started.</exception>
    internal void Start(SpawnOptions options, Action<ExitStatus> onExit)
    {
        lock (_gate)
        {
            int pid = ChildProcess.Spawn(options);
            _known[pid] = onExit;
            _started++;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Reaps for ever. For a thread of its own.</summary>
    internal void Run()
    {
        int seen = 0;
        while (true)
        {
            Errno errno = ChildProcess.TryWait(which: -1, out int pid, out ExitStatus status);
            Action<ExitStatus>? tell = null;
            lock (_gate)
            {
                if (errno == Errno.OK)
                {
                    _ = _known.Remove(pid, out tell);
                }
                else
                {
                    // No children: orphans only come from children, so the next one is a started one.
                    while (seen == _started)
                    {
                        Monitor.Wait(_gate);
                    }
                    seen = _started;
                }
            }
            tell?.Invoke(status);
        }
    }
}
