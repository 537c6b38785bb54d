using Thaw.GuestAgent.Processes;
using Thaw.Linux;

namespace Thaw.GuestAgent.Tests.Processes;

/// <summary>The real freezer, where this machine lets us make a control group.</summary>
public sealed class FunctionCgroupTests : IDisposable
{
    private readonly string? _parent = FindParent();
    private readonly SafeFd _null = SafeFd.Open("/dev/null", FileOpen.ReadWrite);
    private FunctionCgroup? _group;
    private int _pid;

    public void Dispose()
    {
        if (_group is not null)
        {
            _group.Kill();
            if (_pid > 0)
            {
                _ = ChildProcess.TryWait(_pid, out _, out _);
            }
            _group.Dispose();
            Directory.Delete(_group.DirectoryPath);
        }
        _null.Dispose();
    }

    [Fact]
    public void Freeze_Thaw_StopAndContinueAProcess()
    {
        FunctionCgroup group = Create();

        group.Freeze(timeoutMs: 20_000);
        string frozen = File.ReadAllText(group.DirectoryPath + "/cgroup.events");
        group.Freeze(timeoutMs: 20_000);
        group.Thaw();
        string thawed = File.ReadAllText(group.DirectoryPath + "/cgroup.freeze");

        Assert.Contains("frozen 1", frozen, StringComparison.Ordinal);
        Assert.Equal("0\n", thawed);
    }

    [Fact]
    public void Kill_AFrozenProcess_EndsIt()
    {
        FunctionCgroup group = Create();
        group.Freeze(timeoutMs: 20_000);

        group.Kill();

        Assert.Equal(Errno.OK, ChildProcess.TryWait(_pid, out _, out ExitStatus status));
        _pid = 0;
        Assert.Equal(9, status.Signal);
    }

    private static string? FindParent() => Environment.UserName != "root" ? null : File.ReadLines("/proc/self/mounts")
        .Select(line => line.Split(' '))
        .FirstOrDefault(parts => parts[2] == "cgroup2" && parts[3].StartsWith("rw", StringComparison.Ordinal))?[1];

    private FunctionCgroup Create()
    {
        Assert.SkipWhen(_parent is null, "Needs root and a writable cgroup v2.");
        _group = FunctionCgroup.Create(_parent, $"thaw-test-{Guid.NewGuid():n}");
        _pid = ChildProcess.Spawn(new SpawnOptions
        {
            Path = "/bin/sleep",
            Arguments = ["sleep", "1000"],
            Output = _null,
            Error = _null,
        });
        ControlFile.Write($"{_group.DirectoryPath}/cgroup.procs", $"{_pid}");
        return _group;
    }
}
