using System.Text;

namespace Thaw.Linux.Tests.Files;

public sealed class SafeFdTests : IDisposable
{
    private const int CloseOnExec = 0x80000; // O_CLOEXEC, as fdinfo shows it.

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(FileOpen.Read)]
    [InlineData(FileOpen.ReadWrite)]
    [InlineData(FileOpen.Write)]
    public void Open_NoSuchFile_SaysErrnoAndPath(FileOpen how)
    {
        string path = _folder.File("missing");

        LinuxException refused = Assert.Throws<LinuxException>(() => SafeFd.Open(path, how));

        Assert.Equal(Errno.ENOENT, refused.Errno);
        Assert.Equal($"open {path}", refused.Operation);
        Assert.Equal($"open {path} failed: ENOENT (2)", refused.Message);
    }

    [Fact]
    public void Open_CreateNewOverAFile_IsRefusedAndLeavesIt()
    {
        string path = _folder.File("a", "old"u8);

        LinuxException refused = Assert.Throws<LinuxException>(() => SafeFd.Open(path, FileOpen.CreateNew));

        Assert.Equal(Errno.EEXIST, refused.Errno);
        Assert.Equal("old", File.ReadAllText(path));
    }

    [Fact]
    public void Open_CreateOrTruncateOverAFile_EmptiesIt()
    {
        string path = _folder.File("a", "old"u8);

        using SafeFd fd = SafeFd.Open(path, FileOpen.CreateOrTruncate);

        Assert.Equal(0, fd.Length());
    }

    [Fact]
    public void Open_DirectoryForWriting_IsRefused()
    {
        LinuxException refused = Assert.Throws<LinuxException>(() => SafeFd.Open(_folder.Path, FileOpen.ReadWrite));

        Assert.Equal(Errno.EISDIR, refused.Errno);
    }

    [Theory]
    [InlineData(FileOpen.CreateNew)]
    [InlineData(FileOpen.CreateOrTruncate)]
    public void Open_NewFile_IsForItsOwnerOnly(FileOpen how)
    {
        string path = _folder.File("a");

        using SafeFd fd = SafeFd.Open(path, how);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public void Open_PathWithUmlaut_IsUtf8()
    {
        string path = _folder.File("größe", "x"u8);

        using SafeFd fd = SafeFd.Open(path, FileOpen.Read);

        Assert.Equal(1, fd.Length());
    }

    [Fact]
    public void Descriptors_OfAllKinds_AreCloseOnExec()
    {
        (SafeFd read, SafeFd write) = Pipe.Create(nonBlockingRead: false);
        using SafeFd file = SafeFd.Open(_folder.File("a"), FileOpen.CreateNew);
        using EventFd eventFd = EventFd.Create();
        using TimerFd timer = TimerFd.Create();
        using UnixSocket socket = UnixSocket.Listen(_folder.File("s"), backlog: 1);
        using BlockingSocket tcp = BlockingSocket.ListenLoopback(port: 0, backlog: 1);
        using DirectoryWatch watch = DirectoryWatch.Start(_folder.Path);
        using PidFd parent = PidFd.OpenParent();
        SafeFd[] all = [read, write, file, eventFd, timer, socket, tcp, watch, parent];

        Assert.All(all, fd => Assert.NotEqual(0, FlagsOf(fd) & CloseOnExec));
        read.Dispose();
        write.Dispose();
    }

    [Fact]
    public void TryRead_WriteOnly_IsBadDescriptor()
    {
        using SafeFd fd = SafeFd.Open(_folder.File("a", "x"u8), FileOpen.Write);

        Assert.Equal(Errno.EBADF, fd.TryRead(new byte[1], out int count));
        Assert.Equal(0, count);
    }

    [Fact]
    public void TryWrite_ReadOnly_IsBadDescriptor()
    {
        using SafeFd fd = SafeFd.Open(_folder.File("a", "x"u8), FileOpen.Read);

        Assert.Equal(Errno.EBADF, fd.TryWrite(new byte[1], out int count));
        Assert.Equal(0, count);
    }

    [Fact]
    public void TryRead_ToTheEnd_GivesBytesThenZero()
    {
        using SafeFd fd = SafeFd.Open(_folder.File("a", "abc"u8), FileOpen.Read);
        byte[] buffer = new byte[10];

        Assert.Equal(Errno.OK, fd.TryRead(buffer, out int first));
        Assert.Equal(Errno.OK, fd.TryRead(buffer, out int second));

        Assert.Equal("abc", Encoding.ASCII.GetString(buffer, 0, first));
        Assert.Equal(0, second);
    }

    [Fact]
    public void TryRead_EmptyBuffer_IsNothing()
    {
        using SafeFd fd = SafeFd.Open(_folder.File("a", "abc"u8), FileOpen.Read);

        Assert.Equal(Errno.OK, fd.TryRead([], out int count));

        Assert.Equal(0, count);
    }

    [Fact]
    public void TryReadAt_Offsets_DoNotMoveThePosition()
    {
        using SafeFd fd = SafeFd.Open(_folder.File("a", "0123456789"u8), FileOpen.Read);
        byte[] buffer = new byte[4];

        Assert.Equal(Errno.OK, fd.TryReadAt(buffer, 3, out int middle));
        Assert.Equal("3456", Encoding.ASCII.GetString(buffer, 0, middle));
        Assert.Equal(Errno.OK, fd.TryReadAt(buffer, 8, out int tail));
        Assert.Equal("89", Encoding.ASCII.GetString(buffer, 0, tail));
        Assert.Equal(Errno.OK, fd.TryReadAt(buffer, 10, out int behind));
        Assert.Equal(0, behind);
        Assert.Equal(Errno.EINVAL, fd.TryReadAt(buffer, -1, out _));
        Assert.Equal(Errno.OK, fd.TryRead(buffer, out int sequential));
        Assert.Equal("0123", Encoding.ASCII.GetString(buffer, 0, sequential));
    }

    [Fact]
    public void TryWriteAt_BehindTheEnd_LeavesAHole()
    {
        string path = _folder.File("a");
        using (SafeFd fd = SafeFd.Open(path, FileOpen.CreateNew))
        {
            Assert.Equal(Errno.OK, fd.TryWriteAt("end"u8, 5, out int count));
            Assert.Equal(3, count);
        }

        Assert.Equal("\0\0\0\0\0end"u8, File.ReadAllBytes(path));
    }

    [Fact]
    public void SetLength_LongerAndShorter_Holds()
    {
        string path = _folder.File("a", "abcdef"u8);
        using SafeFd fd = SafeFd.Open(path, FileOpen.ReadWrite);

        fd.SetLength(3);
        fd.SetLength(5);

        Assert.Equal(5, fd.Length());
        Assert.Equal("abc\0\0"u8, File.ReadAllBytes(path));
    }

    [Fact]
    public void SetLength_Negative_IsRefused()
    {
        using SafeFd fd = SafeFd.Open(_folder.File("a"), FileOpen.CreateNew);

        Assert.Equal(Errno.EINVAL, Assert.Throws<LinuxException>(() => fd.SetLength(-1)).Errno);
    }

    [Fact]
    public void Length_OfAPipe_IsRefused()
    {
        (SafeFd read, SafeFd write) = Pipe.Create(nonBlockingRead: false);

        Assert.Equal(Errno.ESPIPE, Assert.Throws<LinuxException>(() => read.Length()).Errno);
        read.Dispose();
        write.Dispose();
    }

    [Fact]
    public void TrySync_FileAndEventFd_SaysWhetherItCan()
    {
        using SafeFd file = SafeFd.Open(_folder.File("a"), FileOpen.CreateNew);
        using EventFd eventFd = EventFd.Create();

        Assert.Equal(Errno.OK, file.TrySync());
        Assert.Equal(Errno.EINVAL, eventFd.TrySync());
    }

    [Fact]
    public void TryWrite_DeviceWithoutRoom_IsNoSpace()
    {
        using SafeFd full = SafeFd.Open("/dev/full", FileOpen.Write);

        Assert.Equal(Errno.ENOSPC, full.TryWrite("x"u8, out int count));
        Assert.Equal(0, count);
    }

    [Fact]
    public void Dispose_ReaderOfAPipe_ClosesIt()
    {
        (SafeFd read, SafeFd write) = Pipe.Create(nonBlockingRead: true);

        read.Dispose();

        // .NET ignores SIGPIPE, so the error comes back.
        Assert.True(read.IsClosed);
        Assert.Equal(Errno.EPIPE, write.TryWrite("x"u8, out _));
        write.Dispose();
    }

    private static int FlagsOf(SafeFd fd)
    {
        string line = File.ReadLines($"/proc/self/fdinfo/{fd.Number}")
            .First(text => text.StartsWith("flags:", StringComparison.Ordinal));
        return Convert.ToInt32(line.Split('\t')[1].Trim(), 8);
    }
}
