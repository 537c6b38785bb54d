using System.Diagnostics;
using System.Net.Sockets;
using Thaw.Store;
using Thaw.Worker.Monitors;

namespace Thaw.Worker.Tests;

/// <summary>Real processes: shell scripts in the monitor's place.</summary>
public sealed class MonitorProcessTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("thaw-vmm-").FullName;
    private readonly MonitorSpawner _spawner = new();

    private string Run => Path.Combine(_directory, "data", "run");

    public void Dispose()
    {
        _spawner.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Start_OfAProgramThatEnds_SaysHowAndShowsItsOutput()
    {
        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(
            () => StartAsync("echo 'cannot open /dev/kvm' >&2; exit 7"));

        Assert.Equal(WorkerFault.MonitorUnavailable, failure.Fault);
        Assert.Contains("exit code 7", failure.Message, StringComparison.Ordinal);
        Assert.Equal("cannot open /dev/kvm", failure.Console);
        Assert.Empty(Directory.GetDirectories(Run));
    }

    [Fact]
    public async Task Start_OfNoProgram_SaysSo()
    {
        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(
            () => Factory("/no/such/thaw-vmm").StartAsync(TestContext.Current.CancellationToken));

        Assert.Equal(WorkerFault.MonitorUnavailable, failure.Fault);
        Assert.Contains("/no/such/thaw-vmm", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(Run));
    }

    [Fact]
    public async Task Start_OfAProgramThatNeverListens_GivesUpAndKillsIt()
    {
        string pidFile = Path.Combine(_directory, "pid");

        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(() => StartAsync(
            $"echo $$ > {pidFile}; exec sleep 1000", timeout: TimeSpan.FromMilliseconds(300)));

        Assert.Contains("not ready within", failure.Message, StringComparison.Ordinal);
        int id = int.Parse(await File.ReadAllTextAsync(pidFile, TestContext.Current.CancellationToken));
        Assert.Null(ProcessIdentity.TryOf(id));
        Assert.Empty(Directory.GetDirectories(Run));
    }

    [Fact]
    public async Task Start_OfAProgramThatListens_GivesItsArgumentsAndNoEnvironment()
    {
        string seen = Path.Combine(_directory, "seen");
        // A monitor is ready once somebody listens on its socket; here the test does.
        Task<IMonitor> starting = StartAsync(
            $"echo \"$@\" > {seen}.tmp; env >> {seen}.tmp; mv {seen}.tmp {seen}; exec sleep 1000");
        using Socket socket = await ListenForAsync(seen);

        await using IMonitor monitor = await starting;

        string[] lines = await File.ReadAllLinesAsync(seen, TestContext.Current.CancellationToken);
        Assert.StartsWith(
            $"--api-sock {monitor.Paths.ApiSocket} --id {monitor.Id} --parent-death-signal KILL", lines[0],
            StringComparison.Ordinal);
        Assert.DoesNotContain(lines, line => line.StartsWith("HOME=", StringComparison.Ordinal));
        ProcessIdentity identity = ProcessIdentity.TryReadFile(monitor.Paths.ProcessFile)!;
        Assert.True(identity.IsRunning);
        Assert.NotNull(monitor.ReadUsage());
        await monitor.KillAsync();
        Assert.Equal(137, await monitor.Exited);
        Assert.False(identity.IsRunning);
        Assert.Null(monitor.ReadUsage());
    }

    [Fact]
    public async Task Console_OfAFloodingMonitor_KeepsItsEndAndABoundedFile()
    {
        string seen = Path.Combine(_directory, "seen");
        Task<IMonitor> starting = StartAsync(
            $"touch {seen}; head -c 3000000 /dev/zero | tr '\\0' 'x'; echo; echo the end; exec sleep 1000");
        using Socket socket = await ListenForAsync(seen);
        await using IMonitor monitor = await starting;

        while (!monitor.Console.Read().EndsWith("the end", StringComparison.Ordinal))
        {
            await Task.Yield();
        }

        Assert.Equal(WorkerLimits.ConsoleFileSizeBytesMax, new FileInfo(monitor.Paths.ConsoleLog).Length);
        Assert.True(monitor.Console.Read().Length < 1000);
    }

    [Fact]
    public async Task Recover_WithAMonitorLeftRunning_KillsItAndRemovesItsFiles()
    {
        using Process left = Process.Start("sleep", "1000");
        string place = Path.Combine(Run, "0123456789ab");
        Directory.CreateDirectory(place);
        ProcessIdentity.TryOf(left.Id)!.WriteFile(Path.Combine(place, "monitor.pid"));

        int ended = await NewRunDirectory().RecoverAsync(TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Equal(1, ended);
        await left.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(137, left.ExitCode);
        Assert.False(Directory.Exists(place));
    }

    [Fact]
    public async Task Recover_WithAnotherProcessOfTheSameId_LeavesItAlone()
    {
        using Process stranger = Process.Start("sleep", "1000");
        string place = Path.Combine(Run, "0123456789ab");
        Directory.CreateDirectory(place);
        ProcessIdentity identity = ProcessIdentity.TryOf(stranger.Id)!;
        (identity with { StartTicks = identity.StartTicks - 1 }).WriteFile(Path.Combine(place, "monitor.pid"));

        int ended = await NewRunDirectory().RecoverAsync(TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Equal(0, ended);
        Assert.False(stranger.HasExited);
        stranger.Kill();
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc def")]
    [InlineData("1 1")]
    [InlineData("-5 7")]
    public void ReadFile_OfNonsense_IsNull(string text)
    {
        string path = Path.Combine(_directory, "monitor.pid");
        File.WriteAllText(path, text);

        Assert.Null(ProcessIdentity.TryReadFile(path));
    }

    [Fact]
    public void Usage_OfThisProcess_IsPlausible()
    {
        ProcessUsage usage = ProcessUsage.TryRead(Environment.ProcessId)!;

        Assert.InRange(usage.CpuTime, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1));
        Assert.True(usage.PrivateBytes is null or > 1024 * 1024);
    }

    [Fact]
    public void Usage_OfNoProcess_IsNull() => Assert.Null(ProcessUsage.TryRead(int.MaxValue));

    private Task<IMonitor> StartAsync(string script, TimeSpan? timeout = null)
    {
        string path = Path.Combine(_directory, "thaw-vmm");
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return Factory(path, timeout).StartAsync(TestContext.Current.CancellationToken);
    }

    private MonitorProcessFactory Factory(string path, TimeSpan? timeout = null) => new(
        new WorkerOptions
        {
            DataDirectory = Path.Combine(_directory, "data"),
            ImagesDirectory = "",
            MonitorPath = path,
            MonitorTimeout = timeout ?? TimeSpan.FromSeconds(30),
        }, NewRunDirectory(), _spawner, TimeProvider.System);

    private RunDirectory NewRunDirectory() => new(Path.Combine(_directory, "data"), new SystemEntropy());

    /// <summary>Listens in a started monitor's place, once its script has left <paramref name="seen"/>.</summary>
    private async Task<Socket> ListenForAsync(string seen)
    {
        while (!File.Exists(seen))
        {
            await Task.Yield();
        }
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(Directory.GetDirectories(Run).Single(), "api.sock")));
        socket.Listen();
        return socket;
    }
}
