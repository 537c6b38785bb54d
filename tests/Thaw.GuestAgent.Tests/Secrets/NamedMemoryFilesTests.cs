using System.Diagnostics;
using System.Globalization;
using Thaw.GuestAgent.Secrets;
using Thaw.Linux;

namespace Thaw.GuestAgent.Tests.Secrets;

/// <summary>Memory files of a real process on this machine.</summary>
public sealed class NamedMemoryFilesTests : IDisposable
{
    /// <summary>Makes memory files as its argument says, and tells what is in them when asked.</summary>
    private const string Program = """
        import fcntl, mmap, os, sys
        name, how = sys.argv[1:]
        fd = os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(fd, 100_000)
        memory = mmap.mmap(fd, 100_000)
        memory[70_000:70_006] = b"secret"
        if how == "mapped":
            os.close(fd)
            os.closerange(3, 100)
        if how == "sealed":
            fcntl.fcntl(fd, 1033, 0x10)  # F_ADD_SEALS, F_SEAL_FUTURE_WRITE
        print("ready", flush=True)
        sys.stdin.readline()
        print(len(memory), bytes(memory[70_000:70_006]), memory[:70_000].count(0), flush=True)
        """;

    private readonly string _members = Path.GetTempFileName();
    private Process? _process;

    public void Dispose()
    {
        _process?.Kill();
        _process?.Dispose();
        File.Delete(_members);
    }

    [Theory]
    [InlineData("open")]
    [InlineData("mapped")]
    public void WipeAll_SecretInANamedFile_IsZeroAndTheFileCanBeUsed(string how)
    {
        Start("wipeonsuspend", how);

        int wiped = new NamedMemoryFiles("/proc", _members).WipeAll();

        Assert.Equal(1, wiped);
        Assert.Equal(@"100000 b'\x00\x00\x00\x00\x00\x00' 70000", Ask());
    }

    [Fact]
    public void WipeAll_Twice_FindsNothingTheSecondTime()
    {
        Start("wipeonsuspend", "open");
        NamedMemoryFiles files = new("/proc", _members);
        _ = files.WipeAll();

        Assert.Equal(0, files.WipeAll());
    }

    [Fact]
    public void WipeAll_OtherName_IsLeftAlone()
    {
        Start("wipeonsuspended", "open");

        Assert.Equal(0, new NamedMemoryFiles("/proc", _members).WipeAll());
        Assert.Equal("100000 b'secret' 70000", Ask());
    }

    [Fact]
    public void WipeAll_SealedAgainstWriting_IsRefused()
    {
        Start("wipeonsuspend", "sealed");

        LinuxException error = Assert.Throws<LinuxException>(() => new NamedMemoryFiles("/proc", _members).WipeAll());

        Assert.Equal(Errno.EPERM, error.Errno);
    }

    [Fact]
    public void WipeAll_ProcessThatHasEnded_HasNothing()
    {
        Start("wipeonsuspend", "open");
        _process!.Kill();
        _process.WaitForExit();

        Assert.Equal(0, new NamedMemoryFiles("/proc", _members).WipeAll());
    }

    private void Start(string name, string how)
    {
        _process = Process.Start(new ProcessStartInfo("python3", ["-c", Program, name, how])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("ready", _process.StandardOutput.ReadLine());
        File.WriteAllText(_members, string.Create(CultureInfo.InvariantCulture, $"{_process.Id}\n"));
    }

    private string? Ask()
    {
        _process!.StandardInput.WriteLine();
        return _process.StandardOutput.ReadLine();
    }
}
