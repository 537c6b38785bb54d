using Microsoft.Win32.SafeHandles;

namespace Thaw.Snapshot.Tests;

public sealed class MemoryManifestTests : IDisposable
{
    private const int Page = MemoryManifest.PageBytes;
    private const ulong FileBytes = 3UL * MemoryManifest.BlockBytes;

    private static readonly MemoryRange[] s_ranges = [new MemoryRange(0, FileBytes, 0)];

    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Builder_TouchingPages_BecomeOneRun()
    {
        MemoryManifestBuilder builder = new(SnapshotId.None, FileBytes, s_ranges);
        builder.Append(3, Pages(2, fill: 1));
        builder.Append(5, Pages(1, fill: 2));
        builder.Append(7, Pages(1, fill: 3));

        MemoryManifest manifest = builder.Build();

        Assert.Equal([new FilePageRun(3, 3), new FilePageRun(7, 1)], manifest.Runs);
        Assert.Equal([Crc32C.Compute([.. Pages(2, 1), .. Pages(1, 2), .. Pages(1, 3)])], manifest.BlockChecksums);
        Assert.Equal(4UL, manifest.PresentPages);
    }

    // 512 pages make a block: pages 511 and 512 lie in two.
    [Fact]
    public void Builder_RunOverABlockBorder_HasAChecksumPerBlock()
    {
        MemoryManifestBuilder builder = new(SnapshotId.None, FileBytes, s_ranges);
        builder.Append(511, [.. Pages(1, 1), .. Pages(1, 2)]);

        MemoryManifest manifest = builder.Build();

        Assert.Equal([new FilePageRun(511, 2)], manifest.Runs);
        Assert.Equal([Crc32C.Compute(Pages(1, 1)), Crc32C.Compute(Pages(1, 2))], manifest.BlockChecksums);
    }

    [Fact]
    public void Builder_PagesOutOfOrder_AreRefused()
    {
        MemoryManifestBuilder builder = new(SnapshotId.None, FileBytes, s_ranges);
        builder.Append(5, Pages(2, 1));

        Assert.Throws<ArgumentException>(() => builder.Append(6, Pages(1, 1)));
    }

    [Fact]
    public void Verify_FileAsWritten_Passes()
    {
        MemoryManifest manifest = WriteMemoryFile();
        using SafeFileHandle file = File.OpenHandle(_path);

        MemoryFileVerifier.Verify(file, manifest);
    }

    [Theory]
    [InlineData(3 * Page)]
    [InlineData(511 * Page + 4095)]
    [InlineData(1100 * Page + 17)]
    public void Verify_PresentByteChanged_IsRefused(long offset)
    {
        MemoryManifest manifest = WriteMemoryFile();
        using SafeFileHandle file = File.OpenHandle(_path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.Write(file, [0xee], offset);

        Assert.Equal(
            SnapshotFault.ChecksumMismatch,
            SampleSnapshot.FaultOf(() => MemoryFileVerifier.Verify(file, manifest)));
    }

    [Fact]
    public void Verify_FileTruncated_NamesBothLengths()
    {
        MemoryManifest manifest = WriteMemoryFile();
        using SafeFileHandle file = File.OpenHandle(_path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.SetLength(file, Page);

        SnapshotException refused = Assert.Throws<SnapshotException>(
            () => MemoryFileVerifier.Verify(file, manifest));

        Assert.Equal(SnapshotFault.MemoryMismatch, refused.Fault);
        Assert.Equal($"Memory file has {Page} bytes, its snapshot says {FileBytes}.", refused.Message);
    }

    [Fact]
    public void Verify_ManifestWithoutChecksums_IsRefused()
    {
        MemoryManifestBuilder builder = new(SnapshotId.None, FileBytes, s_ranges);
        builder.AppendUnverified(new FilePageRun(0, 1));
        MemoryManifest manifest = builder.Build();
        WriteMemoryFile();
        using SafeFileHandle file = File.OpenHandle(_path);

        Assert.False(manifest.HasChecksums);
        Assert.Equal(
            SnapshotFault.MemoryMismatch,
            SampleSnapshot.FaultOf(() => MemoryFileVerifier.Verify(file, manifest)));
    }

    [Fact]
    public void RequireBase_AnotherBase_NamesBoth()
    {
        SnapshotException refused = Assert.Throws<SnapshotException>(
            () => SampleSnapshot.Memory.RequireBase(SampleSnapshot.Id));

        Assert.Contains(SampleSnapshot.BaseId.ToString(), refused.Message, StringComparison.Ordinal);
        Assert.Contains(SampleSnapshot.Id.ToString(), refused.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, MemoryRange[], FilePageRun[]> Inconsistent => new()
    {
        { "unaligned range", [new MemoryRange(1, FileBytes, 0)], [] },
        { "empty range", [new MemoryRange(0, 0, 0)], [] },
        { "range out of the file", [new MemoryRange(0, FileBytes, Page)], [] },
        { "length that wraps around", [new MemoryRange(0, ulong.MaxValue - 4095, Page)], [] },
        { "address that wraps around", [new MemoryRange(ulong.MaxValue - 4095, 2 * Page, 0)], [] },
        { "overlap in the guest", [new MemoryRange(0, 2 * Page, 0), new MemoryRange(Page, Page, 2 * Page)], [] },
        { "overlap in the file", [new MemoryRange(0, 2 * Page, 0), new MemoryRange(4 * Page, Page, Page)], [] },
        { "empty run", s_ranges, [new FilePageRun(0, 0)] },
        { "run out of the file", s_ranges, [new FilePageRun(3 * 512 - 1, 2)] },
        { "run that wraps around", s_ranges, [new FilePageRun(1, ulong.MaxValue)] },
        { "runs that touch", s_ranges, [new FilePageRun(0, 1), new FilePageRun(1, 1)] },
        { "runs out of order", s_ranges, [new FilePageRun(8, 1), new FilePageRun(1, 1)] },
    };

    [Theory]
    [MemberData(nameof(Inconsistent))]
    public void Create_InconsistentParts_AreRefused(string what, MemoryRange[] ranges, FilePageRun[] runs)
    {
        SnapshotFault fault = SampleSnapshot.FaultOf(
            () => _ = new MemoryManifest(SnapshotId.None, FileBytes, ranges, runs, []));

        Assert.True(fault == SnapshotFault.Malformed, what);
    }

    [Fact]
    public void Create_ChecksumsForOtherBlocks_AreRefused() => Assert.Equal(
        SnapshotFault.Malformed,
        SampleSnapshot.FaultOf(
            () => _ = new MemoryManifest(SnapshotId.None, FileBytes, s_ranges, [new FilePageRun(0, 513)], [1])));

    // Three runs: two in block 0 and over its border, one in block 2.
    private MemoryManifest WriteMemoryFile()
    {
        MemoryManifestBuilder builder = new(SampleSnapshot.BaseId, FileBytes, s_ranges);
        using SafeFileHandle file = File.OpenHandle(_path, FileMode.Create, FileAccess.Write);
        RandomAccess.SetLength(file, (long)FileBytes);
        foreach ((ulong page, int count) in new[] { (3UL, 2), (510UL, 4), (1100UL, 100) })
        {
            byte[] data = Pages(count, fill: (byte)page);
            RandomAccess.Write(file, data, (long)page * Page);
            builder.Append(page, data);
        }

        return builder.Build();
    }

    private static byte[] Pages(int count, byte fill)
    {
        byte[] bytes = new byte[count * Page];
        bytes.AsSpan().Fill(fill);
        return bytes;
    }
}
