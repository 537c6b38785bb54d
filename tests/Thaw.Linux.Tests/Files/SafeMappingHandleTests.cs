namespace Thaw.Linux.Tests.Files;

public sealed class SafeMappingHandleTests : IDisposable
{
    private const int Page = 4096;

    private readonly TemporaryFolder _folder = new();

    // This process's memory as a file: reads and writes mappings without pointers.
    private readonly SafeFd _memory = SafeFd.Open("/proc/self/mem", FileOpen.ReadWrite);

    public void Dispose()
    {
        _memory.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Anonymous_New_IsZeroAndTakesWrites()
    {
        using SafeMappingHandle mapping = SafeMappingHandle.Anonymous(3 * Page);

        Assert.Equal(3ul * Page, mapping.LengthBytes);
        Assert.False(mapping.IsInvalid);
        Assert.Equal(-1, ReadAll(mapping).AsSpan().IndexOfAnyExcept((byte)0));
        Write(mapping, 2 * Page - 1, [7, 8]);
        Assert.Equal([7, 8], Read(mapping, 2 * Page - 1, 2));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(ulong.MaxValue / 2)]
    public void Anonymous_ImpossibleLength_IsRefused(ulong lengthBytes)
    {
        LinuxException refused = Assert.Throws<LinuxException>(() => SafeMappingHandle.Anonymous(lengthBytes));

        Assert.Contains(refused.Errno, new[] { Errno.EINVAL, Errno.ENOMEM });
        Assert.Contains($"{lengthBytes} bytes", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PrivateFile_Written_LeavesFileAndOtherViewsAlone()
    {
        using SafeFd file = FileOfPages(2);
        using SafeMappingHandle mapping = SafeMappingHandle.PrivateFile(file, 0, 2 * Page);
        using SafeMappingHandle other = SafeMappingHandle.PrivateFile(file, 0, 2 * Page);

        Write(mapping, Page, [99]);

        Assert.Equal(99, Read(mapping, Page, 1)[0]);
        Assert.Equal(2, Read(other, Page, 1)[0]);
        Assert.Equal(2, FileByte(file, Page));
        // The rest of the written page is a copy of the file's.
        Assert.Equal(2, Read(mapping, Page + 1, 1)[0]);
        Assert.Equal(1, Read(mapping, 0, 1)[0]);
    }

    [Fact]
    public void PrivateFile_ReadOnlyDescriptor_IsEnough()
    {
        string path = _folder.File("pages", Pages(1));
        using SafeFd file = SafeFd.Open(path, FileOpen.Read);
        using SafeMappingHandle mapping = SafeMappingHandle.PrivateFile(file, 0, Page);

        Write(mapping, 0, [42]);

        Assert.Equal(42, Read(mapping, 0, 1)[0]);
        Assert.Equal(1, File.ReadAllBytes(path)[0]);
    }

    [Fact]
    public void PrivateFile_Offset_IsWhereItStarts()
    {
        using SafeFd file = FileOfPages(3);
        using SafeMappingHandle mapping = SafeMappingHandle.PrivateFile(file, Page, 2 * Page);

        Assert.Equal(2, Read(mapping, 0, 1)[0]);
        Assert.Equal(3, Read(mapping, Page, 1)[0]);
    }

    [Fact]
    public void PrivateFile_MisalignedOffset_IsRefused()
    {
        using SafeFd file = FileOfPages(2);

        Assert.Equal(
            Errno.EINVAL, Assert.Throws<LinuxException>(() => SafeMappingHandle.PrivateFile(file, 512, Page)).Errno);
    }

    [Fact]
    public void SharedFile_Written_ReachesFileAndOtherViews()
    {
        using SafeFd file = FileOfPages(2);
        using SafeMappingHandle mapping = SafeMappingHandle.SharedFile(file, 0, 2 * Page, writable: true);
        using SafeMappingHandle other = SafeMappingHandle.SharedFile(file, Page, Page, writable: false);

        Write(mapping, Page + 5, [99]);

        Assert.Equal(99, FileByte(file, Page + 5));
        Assert.Equal(99, Read(other, 5, 1)[0]);
    }

    [Fact]
    public void SharedFile_WritableOfAReadOnlyDescriptor_IsRefused()
    {
        using SafeFd file = SafeFd.Open(_folder.File("pages", Pages(1)), FileOpen.Read);

        Assert.Equal(
            Errno.EACCES,
            Assert.Throws<LinuxException>(() => SafeMappingHandle.SharedFile(file, 0, Page, writable: true)).Errno);
    }

    [Fact]
    public void SharedFile_NotWritable_RefusesWrites()
    {
        using SafeFd file = FileOfPages(1);
        using SafeMappingHandle mapping = SafeMappingHandle.SharedFile(file, 0, Page, writable: false);

        Assert.Equal(Errno.EIO, _memory.TryWriteAt([1], mapping.Address, out _));
    }

    [Fact]
    public void OverlayFile_MiddlePage_LeavesTheOthers()
    {
        using SafeFd file = FileOfPages(4);
        using SafeMappingHandle mapping = SafeMappingHandle.Anonymous(3 * Page);
        Write(mapping, 0, [91]);
        Write(mapping, 2 * Page, [93]);

        mapping.OverlayFile(Page, file, 3 * Page, Page);

        Assert.Equal(91, Read(mapping, 0, 1)[0]);
        Assert.Equal(4, Read(mapping, Page, 1)[0]);
        Assert.Equal(4, Read(mapping, 2 * Page - 1, 1)[0]);
        Assert.Equal(93, Read(mapping, 2 * Page, 1)[0]);
    }

    [Fact]
    public void OverlayFile_Twice_TheLastWins()
    {
        using SafeFd file = FileOfPages(4);
        using SafeMappingHandle mapping = SafeMappingHandle.PrivateFile(file, 0, 3 * Page);

        mapping.OverlayFile(0, file, Page, 2 * Page);
        mapping.OverlayFile(Page, file, 3 * Page, Page);

        Assert.Equal([2, 4, 3], new[] { 0, Page, 2 * Page }.Select(at => Read(mapping, at, 1)[0]));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 99)]
    public void OverlayFile_Written_ReachesTheFileOnlyIfShared(bool isShared, byte expected)
    {
        using SafeFd file = FileOfPages(1);
        using SafeMappingHandle mapping = SafeMappingHandle.Anonymous(2 * Page);
        mapping.OverlayFile(Page, file, 0, Page, isShared);

        Write(mapping, Page, [99]);

        Assert.Equal(99, Read(mapping, Page, 1)[0]);
        Assert.Equal(expected, FileByte(file, 0));
    }

    [Theory]
    [InlineData(0, 3 * Page)]
    [InlineData(Page, 2 * Page)]
    [InlineData(2 * Page, Page)]
    [InlineData(3 * Page, Page)]
    [InlineData(Page, ulong.MaxValue)]
    [InlineData(ulong.MaxValue - Page + 1, Page)]
    [InlineData(ulong.MaxValue - Page + 1, 2 * Page)]
    public void OverlayFile_OutsideTheMapping_IsRefused(ulong at, ulong lengthBytes)
    {
        using SafeFd file = FileOfPages(4);
        using SafeMappingHandle mapping = SafeMappingHandle.Anonymous(2 * Page);

        Assert.Throws<ArgumentOutOfRangeException>(() => mapping.OverlayFile(at, file, 0, lengthBytes));
        Assert.Equal(-1, ReadAll(mapping).AsSpan().IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void OverlayFile_WholeMapping_IsAllowed()
    {
        using SafeFd file = FileOfPages(2);
        using SafeMappingHandle mapping = SafeMappingHandle.Anonymous(2 * Page);

        mapping.OverlayFile(0, file, 0, 2 * Page);

        Assert.Equal(Pages(2), ReadAll(mapping));
    }

    [Theory]
    [InlineData(512, 0)]
    [InlineData(0, 512)]
    public void OverlayFile_Misaligned_IsRefused(ulong at, long fileOffset)
    {
        using SafeFd file = FileOfPages(2);
        using SafeMappingHandle mapping = SafeMappingHandle.Anonymous(2 * Page);

        LinuxException refused =
            Assert.Throws<LinuxException>(() => mapping.OverlayFile(at, file, fileOffset, Page));

        Assert.Equal(Errno.EINVAL, refused.Errno);
    }

    [Fact]
    public void PrivateFile_DescriptorClosed_StaysMapped()
    {
        SafeFd file = FileOfPages(1);
        using SafeMappingHandle mapping = SafeMappingHandle.PrivateFile(file, 0, Page);

        file.Dispose();

        Assert.Equal(1, Read(mapping, 0, 1)[0]);
    }

    [Fact]
    public void TryAdvise_DontNeed_BringsBackTheFile()
    {
        using SafeFd file = FileOfPages(1);
        using SafeMappingHandle mapping = SafeMappingHandle.PrivateFile(file, 0, Page);
        mapping.AvoidLargePages();
        Write(mapping, 0, [99]);

        Assert.Equal(Errno.OK, mapping.TryAdvise(0, Page, Libc.MADV_DONTNEED));

        Assert.Equal(1, Read(mapping, 0, 1)[0]);
    }

    /// <summary>Page i is full of i + 1.</summary>
    private static byte[] Pages(int count) =>
        [.. Enumerable.Range(0, count).SelectMany(page => Enumerable.Repeat((byte)(page + 1), Page))];

    private SafeFd FileOfPages(int count) => SafeFd.Open(_folder.File("pages", Pages(count)), FileOpen.ReadWrite);

    private static byte FileByte(SafeFd file, long offset)
    {
        byte[] one = new byte[1];
        Assert.Equal(Errno.OK, file.TryReadAt(one, offset, out _));
        return one[0];
    }

    private byte[] ReadAll(SafeMappingHandle mapping) => Read(mapping, 0, (int)mapping.LengthBytes);

    private byte[] Read(SafeMappingHandle mapping, int at, int count)
    {
        byte[] bytes = new byte[count];
        Assert.Equal(Errno.OK, _memory.TryReadAt(bytes, mapping.Address + at, out int read));
        Assert.Equal(count, read);
        return bytes;
    }

    private void Write(SafeMappingHandle mapping, int at, byte[] bytes)
    {
        Assert.Equal(Errno.OK, _memory.TryWriteAt(bytes, mapping.Address + at, out int written));
        Assert.Equal(bytes.Length, written);
    }
}
