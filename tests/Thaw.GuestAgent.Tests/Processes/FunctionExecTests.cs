using System.Text;
using Thaw.GuestAgent.Configuration;
using Thaw.GuestAgent.Functions;
using Thaw.GuestAgent.Logs;
using Thaw.GuestAgent.Processes;
using Thaw.GuestAgent.Tests.Fakes;
using Thaw.GuestAgent.Tests.Runtimes;
using Thaw.Protocol;

namespace Thaw.GuestAgent.Tests.Processes;

/// <summary>What a function may and may not do, with the real launch as root.</summary>
public sealed class FunctionExecTests : IDisposable
{
    private readonly FakeOutput _output = new(new Journal());
    private readonly LogPump _log;
    private readonly string _spec = Path.GetTempFileName();

    public FunctionExecTests() => _log = new LogPump(_output);

    public void Dispose()
    {
        _log.Dispose();
        _output.Dispose();
        File.Delete(_spec);
    }

    [Fact]
    public void Start_AFunction_HasNoRightsLeft()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Needs root to give rights up.");
        // Signal 32 is the C library's own; whoever ignored it before us is not undone.
        const string Script =
            "id -u; id -g; id -G; pwd; ulimit -n; ulimit -c; grep -E '^(CapPrm|CapEff|NoNewPrivs|SigIgn|SigBlk)' "
            + "/proc/self/status | tr -d '\\t' | sed s/SigIgn:0000000080000000/SigIgn:0000000000000000/";

        (string how, string output) = Run(["/bin/sh", "-c", Script], "/usr");

        Assert.Equal("Runtime exited without providing a reason", how);
        Assert.Equal(
            """
            1051
            1051
            1051
            /usr
            1024
            0
            SigBlk:0000000000000000
            SigIgn:0000000000000000
            CapPrm:0000000000000000
            CapEff:0000000000000000
            NoNewPrivs:1

            """,
            output);
    }

    [Theory]
    [InlineData("/nowhere/at/all", "/", "execve /nowhere/at/all failed: ENOENT")]
    [InlineData("/etc/passwd", "/", "execve /etc/passwd failed: EACCES")]
    [InlineData("/bin/sh", "/nowhere", "chdir /nowhere failed: ENOENT")]
    public void Start_WhatCannotStart_IsSaid(string program, string directory, string message)
    {
        Assert.SkipUnless(Environment.UserName == "root", "Needs root to give rights up.");

        LaunchException error = Assert.Throws<LaunchException>(() => Run([program], directory));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private (string How, string Output) Run(string[] arguments, string directory)
    {
        LauncherOptions options = new()
        {
            OwnProgram = [Path.Combine(AppContext.BaseDirectory, "thaw-init")],
            Root = "/",
            CgroupDirectory = "",
            UserId = LauncherOptions.FunctionUserId,
            SpecPath = _spec,
        };
        TaskCompletionSource<string> ended = new();
        FunctionStart start = new()
        {
            Arguments = arguments,
            Environment = ["PATH=/usr/bin:/bin"],
            Directory = directory,
        };
        new FunctionLauncher(options, _log, new ProcessGroup().Start).Start(start, ended.SetResult);
        Assert.True(ended.Task.Wait(TimeSpan.FromSeconds(20)), "The program did not end.");
        _log.Drain();
        StringBuilder text = new();
        while (_output.Count > 0)
        {
            text.Append(Encoding.UTF8.GetString(_output.Take<LogOutput>().Body.Span));
        }
        return (ended.Task.Result, text.ToString());
    }
}
