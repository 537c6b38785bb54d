namespace Thaw.Linux.Tests.Processes;

public sealed class OwnProcessTests
{
    [Fact]
    public async Task Execute_AfterAllSteps_TheProgramHasThem()
    {
        (int exitCode, string output) =
            await ChildRun.OfTest(typeof(OwnProcessTests), nameof(BecomeAShell_AfterAllSteps));

        Assert.True(exitCode == 7, $"Exit code {exitCode}: {output}");
        Assert.Contains("umask 0027", output, StringComparison.Ordinal);
        Assert.Contains("files 64", output, StringComparison.Ordinal);
        Assert.Contains("core 0", output, StringComparison.Ordinal);
        Assert.Contains("folder /proc", output, StringComparison.Ordinal);
        Assert.Contains("name a=b", output, StringComparison.Ordinal);
        Assert.Contains("leads its own session", output, StringComparison.Ordinal);
        Assert.Matches(@"NoNewPrivs:\s+1\n", output);
        Assert.Matches(@"SigBlk:\s+0+\n", output);
        Assert.Matches(@"SigIgn:\s+0+\n", output);
    }

    [Fact(Explicit = true)]
    public void BecomeAShell_AfterAllSteps()
    {
        const string Script = """
            echo umask $(umask); echo files $(ulimit -n); echo core $(ulimit -c); echo folder $PWD; echo name $NAME
            read pid comm state parent group session rest < /proc/$$/stat
            [ "$pid" = "$group" ] && [ "$pid" = "$session" ] && echo leads its own session
            while read line; do case $line in NoNewPrivs*|SigBlk*|SigIgn*) echo "$line";; esac; done < /proc/$$/status
            exit 7
            """;
        OwnProcess.StartSession();
        OwnProcess.SetUmask(0x17 /* 027 */);
        OwnProcess.ChangeDirectory("/proc");
        OwnProcess.RefuseNewPrivileges();
        OwnProcess.Limit(openFiles: 64, processes: 4096);
        OwnProcess.ResetSignals();
        OwnProcess.Execute("/bin/sh", ["sh", "-c", Script], ["NAME=a=b"]);
    }

    [Fact]
    public void Execute_MissingProgram_ThrowsAndTheProcessGoesOn()
    {
        LinuxException refused = Assert.Throws<LinuxException>(() => OwnProcess.Execute("/no/such", ["no"], []));

        Assert.Equal(Errno.ENOENT, refused.Errno);
        Assert.Contains("/no/such", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ChangeDirectory_Missing_IsRefusedByName()
    {
        LinuxException refused = Assert.Throws<LinuxException>(() => OwnProcess.ChangeDirectory("/no/such"));

        Assert.Equal(Errno.ENOENT, refused.Errno);
        Assert.Contains("/no/such", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ChangeRoot_Missing_IsRefused() => Assert.Equal(
        Errno.ENOENT, Assert.Throws<LinuxException>(() => OwnProcess.ChangeRoot("/no/such")).Errno);

    [Fact]
    public void Inherited_NotOpen_IsRefused()
    {
        // Over the largest number that a descriptor can have (fs.nr_open is at most 2^31 / 8).
        LinuxException refused = Assert.Throws<LinuxException>(() => OwnProcess.Inherited(0x7fff_fff0));

        Assert.Equal(Errno.EBADF, refused.Errno);
    }

    [Fact]
    public void OpenParent_OfThisProcess_IsThereAndRuns()
    {
        using PidFd parent = PidFd.OpenParent();
        PollSet poll = new(1);
        poll.Add(parent, PollEvents.Readable);

        Assert.False(poll.Wait(timeoutMs: 0));
    }

    [Fact]
    public void OpenParent_AnotherThanExpected_IsRefused()
    {
        LinuxException refused = Assert.Throws<LinuxException>(() => PidFd.OpenParent(expectedPid: 0x7fff_fff0));

        Assert.Equal(Errno.ESRCH, refused.Errno);
    }
}
