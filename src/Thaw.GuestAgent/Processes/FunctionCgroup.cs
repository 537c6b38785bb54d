using System.Globalization;
using Thaw.GuestAgent.Functions;
using Thaw.Linux;

namespace Thaw.GuestAgent.Processes;

/// <summary>A version 2 control group.</summary>
internal sealed class FunctionCgroup : IFunctionCgroup, IDisposable
{
    private const long NsPerMs = 1_000_000;

    private static readonly string[] s_controllers = ["memory", "pids", "cpu"];

    private readonly string _directory;
    private readonly SafeFd _freeze;
    private readonly SafeFd _events;
    private readonly bool _hasMemory;

    private FunctionCgroup(string directory)
    {
        _directory = directory;
        _freeze = SafeFd.Open(FreezePath, FileOpen.ReadWrite);
        _events = SafeFd.Open(EventsPath, FileOpen.Read);
        _hasMemory = File.Exists($"{directory}/memory.max");
    }

    private string FreezePath => $"{_directory}/cgroup.freeze";

    private string EventsPath => $"{_directory}/cgroup.events";

    /// <summary>Creates the group, with as many controllers as the parent has of those that matter.</summary>
    /// <exception cref="IOException">There is no cgroup v2 at the parent, or it does not let us.</exception>
    internal static FunctionCgroup Create(string parent, string name)
    {
        string available = ControlFile.Read($"{parent}/cgroup.controllers");
        foreach (string controller in s_controllers)
        {
            if (available.Split(' ').Contains(controller))
            {
                ControlFile.Write($"{parent}/cgroup.subtree_control", $"+{controller}");
            }
        }
        string directory = $"{parent}/{name}";
        _ = Directory.CreateDirectory(directory);
        return new FunctionCgroup(directory);
    }

    /// <summary>The group's directory.</summary>
    internal string DirectoryPath => _directory;

    /// <summary>The list of the group's processes.</summary>
    internal string MembersPath => $"{_directory}/cgroup.procs";

    /// <inheritdoc/>
    public void SetMemoryLimit(long limitBytes)
    {
        if (_hasMemory)
        {
            ControlFile.Write($"{_directory}/memory.oom.group", "1");
            ControlFile.Write($"{_directory}/memory.max", limitBytes.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <inheritdoc/>
    public void Freeze(int timeoutMs)
    {
        ControlFile.Write(_freeze, FreezePath, "1");
        long endNs = LinuxClock.MonotonicNs + (timeoutMs * NsPerMs);
        PollSet poll = new(capacity: 1);
        _ = poll.Add(_events, PollEvents.Urgent);
        while (!IsFrozen())
        {
            long leftMs = (endNs - LinuxClock.MonotonicNs) / NsPerMs;
            if (leftMs <= 0 || !poll.Wait((int)leftMs))
            {
                throw new LinuxException(Errno.ETIMEDOUT, $"freeze {_directory} within {timeoutMs} ms");
            }
        }
    }

    /// <inheritdoc/>
    public void Thaw() => ControlFile.Write(_freeze, FreezePath, "0");

    /// <inheritdoc/>
    public void Kill() => ControlFile.Write($"{_directory}/cgroup.kill", "1");

    /// <inheritdoc/>
    public long PeakMemoryBytes() =>
        _hasMemory
        && long.TryParse(
            ControlFile.Read($"{_directory}/memory.peak"), CultureInfo.InvariantCulture, out long peak)
            ? peak : 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        _freeze.Dispose();
        _events.Dispose();
    }

    /// <summary>Reading also tells the kernel that the next change is one to wake for.</summary>
    private bool IsFrozen() => ControlFile.Read(_events, EventsPath).Contains("frozen 1", StringComparison.Ordinal);
}
