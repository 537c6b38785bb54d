using System.Text;

namespace Thaw.Linux.Tests.Processes;

public sealed class ChildProcessTests
{
    [Fact]
    public void Spawn_Shell_GetsArgumentsEnvironmentAndDescriptors()
    {
        (ExitStatus status, string output, string error) = Run(
            "echo \"$0|$1|$2|$NAME|$HOME\"; echo oops >&2; exit 3", ["zero", "", "größe"], ["NAME=a=b"]);

        Assert.Equal((0, 3), (status.Signal, status.Code));
        Assert.Equal("zero||größe|a=b|\n", output);
        Assert.Equal("oops\n", error);
    }

    [Fact]
    public void Spawn_Program_DoesNotInheritDescriptorsOfThisProcess()
    {
        using EventFd notForTheChild = EventFd.Create();

        (ExitStatus status, _, _) = Run($"[ ! -e /proc/self/fd/{notForTheChild.Number} ]", [], []);

        Assert.Equal(0, status.Code);
    }

    [Fact]
    public void Spawn_Program_ReadsNothingFromItsInput()
    {
        (ExitStatus status, string output, _) = Run("read line; echo $?; readlink /proc/self/fd/0", [], ["PATH=/bin"]);

        Assert.Equal(0, status.Code);
        Assert.Equal("1\n/dev/null\n", output);
    }

    [Fact]
    public void Spawn_WithExtra_IsDescriptorThree()
    {
        (SafeFd read, SafeFd write) = Pipe.Create(nonBlockingRead: false);
        using SafeFd sink = SafeFd.Open("/dev/null", FileOpen.Write);

        int pid = ChildProcess.Spawn(
            Shell("echo extra >&3", [], []) with { Output = sink, Error = sink, Extra = write });
        write.Dispose();

        Assert.Equal("extra\n", ReadToEnd(read));
        Assert.Equal(Errno.OK, ChildProcess.TryWait(pid, out _, out _));
    }

    [Fact]
    public void Spawn_MissingProgram_IsRefusedByName()
    {
        using SafeFd sink = SafeFd.Open("/dev/null", FileOpen.Write);
        SpawnOptions options = new() { Path = "/no/such", Arguments = ["no"], Output = sink, Error = sink };

        LinuxException refused = Assert.Throws<LinuxException>(() => ChildProcess.Spawn(options));

        Assert.Equal(Errno.ENOENT, refused.Errno);
        Assert.Contains("/no/such", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TryKill_RunningChild_EndsItBySignal()
    {
        using SafeFd sink = SafeFd.Open("/dev/null", FileOpen.Write);
        (SafeFd read, SafeFd write) = Pipe.Create(nonBlockingRead: false);
        // Waits on a pipe that nobody writes to.
        int pid = ChildProcess.Spawn(Shell("read line <&3", [], []) with { Output = sink, Error = sink, Extra = read });

        Assert.Equal(Errno.OK, ChildProcess.TryKill(pid));

        Assert.Equal(Errno.OK, ChildProcess.TryWait(pid, out int ended, out ExitStatus status));
        Assert.Equal(pid, ended);
        Assert.Equal(Libc.SIGKILL, status.Signal);
        Assert.Equal(Errno.ECHILD, ChildProcess.TryWait(pid, out _, out _));
        read.Dispose();
        write.Dispose();
    }

    [Fact]
    public void TryKill_NoSuchProcess_SaysSo()
    {
        // Over the largest pid that Linux gives (PID_MAX_LIMIT, 4 Mi).
        Assert.Equal(Errno.ESRCH, ChildProcess.TryKill(0x7fff_fff0));
    }

    [Fact]
    public void TryWait_NotAChild_SaysSo() =>
        Assert.Equal(Errno.ECHILD, ChildProcess.TryWait(ChildProcess.OwnPid, out _, out _));

    [Fact]
    public void OwnPid_IsThisProcesses() => Assert.Equal(Environment.ProcessId, ChildProcess.OwnPid);

    [Theory]
    [InlineData(0x0000, 0, 0)]
    [InlineData(0x0300, 0, 3)]
    [InlineData(0xff00, 0, 255)]
    [InlineData(0x0009, 9, 0)]
    [InlineData(0x0086, 6, 0)] // Aborted, with a core file.
    public void ExitStatus_RawWord_IsDecoded(int raw, int signal, int code)
    {
        ExitStatus status = new(raw);

        Assert.Equal((signal, code), (status.Signal, status.Code));
    }

    private static (ExitStatus Status, string Output, string Error) Run(
        string script, IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
    {
        (SafeFd output, SafeFd outputEnd) = Pipe.Create(nonBlockingRead: false);
        (SafeFd error, SafeFd errorEnd) = Pipe.Create(nonBlockingRead: false);
        using (output)
        using (error)
        {
            int pid = ChildProcess.Spawn(
                Shell(script, arguments, environment) with { Output = outputEnd, Error = errorEnd });
            outputEnd.Dispose();
            errorEnd.Dispose();
            string outputText = ReadToEnd(output);
            string errorText = ReadToEnd(error);
            Assert.Equal(Errno.OK, ChildProcess.TryWait(pid, out int ended, out ExitStatus status));
            Assert.Equal(pid, ended);
            return (status, outputText, errorText);
        }
    }

    private static SpawnOptions Shell(
        string script, IReadOnlyList<string> arguments, IReadOnlyList<string> environment) => new()
        {
            Path = "/bin/sh",
            Arguments = ["sh", "-c", script, .. arguments],
            Environment = environment,
            Output = null!,
            Error = null!,
        };

    private static string ReadToEnd(SafeFd fd)
    {
        List<byte> all = [];
        byte[] buffer = new byte[4096];
        while (fd.TryRead(buffer, out int count) == Errno.OK && count > 0)
        {
            all.AddRange(buffer[..count]);
        }
        return Encoding.UTF8.GetString([.. all]);
    }
}
