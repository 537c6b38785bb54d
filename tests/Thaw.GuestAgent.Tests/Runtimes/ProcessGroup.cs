using Thaw.GuestAgent.Functions;
using Thaw.Linux;

namespace Thaw.GuestAgent.Tests.Runtimes;

/// <summary>Stands in for a cgroup: the session that the launched process leads.</summary>
internal sealed class ProcessGroup : IFunctionCgroup
{
    private readonly object _gate = new();
    private int _pid;

    public void SetMemoryLimit(long limitBytes)
    {
    }

    public void Freeze(int timeoutMs)
    {
    }

    public void Thaw()
    {
    }

    public long PeakMemoryBytes() => 0;

    public void Kill()
    {
        lock (_gate)
        {
            if (_pid > 0)
            {
                _ = ChildProcess.TryKill(-_pid);
            }
        }
    }

    internal void Start(SpawnOptions options, Action<ExitStatus> onExit)
    {
        int pid = ChildProcess.Spawn(options);
        lock (_gate)
        {
            _pid = pid;
        }
        Thread waiter = new(() => Await(pid, onExit)) { IsBackground = true };
        waiter.Start();
    }

    private void Await(int pid, Action<ExitStatus> onExit)
    {
        Errno errno = ChildProcess.TryWait(pid, out _, out ExitStatus status);
        lock (_gate)
        {
            _pid = 0;
        }
        if (errno == Errno.OK)
        {
            onExit(status);
        }
    }
}
