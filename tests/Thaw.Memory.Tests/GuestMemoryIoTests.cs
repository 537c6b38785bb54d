using Thaw.Linux;

namespace Thaw.Memory.Tests;

public sealed class GuestMemoryIoTests : IDisposable
{
    private const int Page = (int)Layout.Page;

    private readonly string _folder = Directory.CreateTempSubdirectory("thaw-memory-test-").FullName;
    private readonly Layout _layout = new();

    private GuestMemory Memory => _layout.Memory;

    public void Dispose()
    {
        _layout.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void TryReadFrom_File_FillsMemoryUpToItsEnd()
    {
        using SafeFd file = FileWith("abcdef"u8);

        Assert.Equal(Errno.OK, Memory.TryReadFrom(file, _layout.First.Start, 4, out int first));
        Assert.Equal(Errno.OK, Memory.TryReadFrom(file, _layout.First.Start.Add(4), 4, out int second));
        Assert.Equal(Errno.OK, Memory.TryReadFrom(file, _layout.First.Start, 4, out int third));

        Assert.Equal((4, 2, 0), (first, second, third));
        Assert.Equal("abcdef\0"u8, Read(_layout.First.Start, 7));
    }

    [Fact]
    public void TryReadFromAt_Offset_IsTheFiles()
    {
        using SafeFd file = FileWith("abcdef"u8);

        Assert.Equal(Errno.OK, Memory.TryReadFromAt(file, 4, _layout.First.Start, 4, out int count));
        Assert.Equal(Errno.OK, Memory.TryReadFromAt(file, 100, _layout.First.Start, 4, out int behind));

        Assert.Equal((2, 0), (count, behind));
        Assert.Equal("ef"u8, Read(_layout.First.Start, 2));
    }

    [Fact]
    public void TryWriteTo_File_WritesGuestBytes()
    {
        using SafeFd file = FileWith([]);
        Memory.TryWrite(_layout.First.Start, "guest"u8);

        Assert.Equal(Errno.OK, Memory.TryWriteTo(file, _layout.First.Start, 3, out int first));
        Assert.Equal(Errno.OK, Memory.TryWriteTo(file, _layout.First.Start.Add(3), 2, out int second));
        Assert.Equal(Errno.OK, Memory.TryWriteToAt(file, 1, _layout.First.Start.Add(1), 1, out int third));

        Assert.Equal((3, 2, 1), (first, second, third));
        byte[] back = new byte[10];
        file.TryReadAt(back, 0, out int length);
        Assert.Equal("guest"u8, back.AsSpan(0, length));
    }

    [Fact]
    public void TryWriteTo_ReadOnlyRegion_IsAllowed()
    {
        using SafeFd file = FileWith([]);

        Assert.Equal(Errno.OK, Memory.TryWriteTo(file, _layout.ReadOnly.Start, Page, out int count));
        Assert.Equal(Page, count);
    }

    [Fact]
    public void AllIo_EveryEdgeWithoutMemory_IsAFaultAndTouchesNothing()
    {
        using SafeFd file = FileWith("abcdef"u8);
        IEnumerable<(ulong Address, ulong LengthBytes)> outside = _layout.EdgeRanges()
            .Where(range => range.LengthBytes <= int.MaxValue)
            .Where(range => _layout.Find(range.Address, range.LengthBytes) is null);

        Assert.All(outside, range =>
        {
            GuestAddress address = new(range.Address);
            int length = (int)range.LengthBytes;
            Assert.Equal(Errno.EFAULT, Memory.TryReadFrom(file, address, length, out int read));
            Assert.Equal(Errno.EFAULT, Memory.TryReadFromAt(file, 0, address, length, out int readAt));
            Assert.Equal(Errno.EFAULT, Memory.TryWriteTo(file, address, length, out int written));
            Assert.Equal(Errno.EFAULT, Memory.TryWriteToAt(file, 0, address, length, out int writtenAt));
            Assert.Equal((0, 0, 0, 0), (read, readAt, written, writtenAt));
        });
        Assert.Equal(6, file.Length());
    }

    [Fact]
    public void AllIo_NegativeLength_IsAFault()
    {
        using SafeFd file = FileWith("abcdef"u8);
        GuestAddress address = _layout.First.Start;

        Assert.Equal(Errno.EFAULT, Memory.TryReadFrom(file, address, -1, out _));
        Assert.Equal(Errno.EFAULT, Memory.TryReadFromAt(file, 0, address, int.MinValue, out _));
        Assert.Equal(Errno.EFAULT, Memory.TryWriteTo(file, address, -1, out _));
        Assert.Equal(Errno.EFAULT, Memory.TryWriteToAt(file, 0, address, -1, out _));
    }

    [Fact]
    public void AllIo_NoBytes_IsFine()
    {
        using SafeFd file = FileWith("abcdef"u8);

        Assert.Equal(Errno.OK, Memory.TryReadFrom(file, _layout.First.Start, 0, out int read));
        Assert.Equal(Errno.OK, Memory.TryWriteTo(file, _layout.First.End, 0, out int written));
        Assert.Equal((0, 0), (read, written));
    }

    [Fact]
    public void TryReadFrom_DescriptorsOwnErrors_ComeThrough()
    {
        using EventFd empty = EventFd.Create();
        using SafeFd full = SafeFd.Open("/dev/full", FileOpen.Write);

        Assert.Equal(Errno.EAGAIN, Memory.TryReadFrom(empty, _layout.First.Start, 8, out _));
        Assert.Equal(Errno.ENOSPC, Memory.TryWriteTo(full, _layout.First.Start, 8, out _));
        Assert.Equal(Errno.ESPIPE, Memory.TryReadFromAt(empty, 1, _layout.First.Start, 8, out _));
    }

    // The mapping itself is read-only and nobody said so: the kernel says it, without harm to the process.
    [Fact]
    public void TryReadFrom_MappingThatCannotBeWritten_IsAFault()
    {
        using SafeFd file = FileWith(new byte[Page]);
        using SafeMappingHandle mapping = SafeMappingHandle.SharedFile(file, 0, Layout.Page, writable: false);
        GuestMemory memory = new(new GuestRegion(new GuestAddress(0), mapping));

        Assert.Equal(Errno.EFAULT, memory.TryReadFrom(file, new GuestAddress(0), 8, out int count));
        Assert.Equal(0, count);
    }

    // A page behind the end of its file: a load would end the process by SIGBUS, a system call only fails.
    [Fact]
    public void TryWriteTo_MappingBehindItsFile_IsAFault()
    {
        using SafeFd file = FileWith(new byte[Page]);
        using SafeFd sink = SafeFd.Open(Path.Combine(_folder, "sink"), FileOpen.CreateNew);
        using SafeMappingHandle mapping = SafeMappingHandle.PrivateFile(file, 0, 2 * Layout.Page);
        GuestMemory memory = new(new GuestRegion(new GuestAddress(0), mapping));

        Assert.Equal(Errno.EFAULT, memory.TryWriteTo(sink, new GuestAddress(Layout.Page), 8, out _));
    }

    [Fact]
    public void TryWriteTo_SocketWithoutPeer_IsABrokenPipe()
    {
        string path = Path.Combine(_folder, "s");
        using UnixSocket listener = UnixSocket.Listen(path, backlog: 1);
        Assert.Equal(Errno.OK, UnixSocket.TryConnect(path, out UnixSocket? client));
        Assert.Equal(Errno.OK, listener.TryAccept(out UnixSocket? server));
        Memory.TryWrite(_layout.First.Start, "hi"u8);

        Assert.Equal(Errno.OK, Memory.TryWriteTo(client!, _layout.First.Start, 2, out _));
        Assert.Equal(Errno.OK, Memory.TryReadFrom(server!, _layout.First.Start.Add(8), 100, out int received));
        server!.Dispose();
        Assert.Equal(Errno.EPIPE, Memory.TryWriteTo(client!, _layout.First.Start, 2, out _));

        Assert.Equal(2, received);
        Assert.Equal("hi"u8, Read(_layout.First.Start.Add(8), 2));
        client!.Dispose();
    }

    [Fact]
    public void TryReadFrom_WhileTracked_MarksTheRange()
    {
        using SafeFd file = FileWith("abcdef"u8);
        DirtyBitmap writes = new(2);
        _layout.Low.DeviceWrites = writes;

        Memory.TryWriteTo(file, _layout.Low.Start, Page, out _);
        Memory.TryReadFrom(file, _layout.Low.Start, 3 * Page, out _);
        Assert.Equal(0ul, writes.CountMarked());
        Memory.TryReadFromAt(file, 0, _layout.Low.Start.Add(Layout.Page - 1), 1, out _);
        Assert.Equal([new PageRun(0, 1)], writes.Runs());
        Memory.TryReadFromAt(file, 0, _layout.Low.Start.Add(Layout.Page - 1), 2, out _);
        Assert.Equal([new PageRun(0, 2)], writes.Runs());
    }

    private SafeFd FileWith(ReadOnlySpan<byte> content)
    {
        string path = Path.Combine(_folder, "file");
        File.WriteAllBytes(path, content);
        return SafeFd.Open(path, FileOpen.ReadWrite);
    }

    private byte[] Read(GuestAddress address, int count)
    {
        byte[] bytes = new byte[count];
        Assert.True(Memory.TryRead(address, bytes));
        return bytes;
    }
}
