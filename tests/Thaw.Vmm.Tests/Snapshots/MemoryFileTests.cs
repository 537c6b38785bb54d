using Thaw.Core;
using Thaw.Linux;
using Thaw.Memory;
using Thaw.Snapshot;
using Thaw.Vmm.Snapshots;

namespace Thaw.Vmm.Tests.Snapshots;

public sealed class MemoryFileTests : IDisposable
{
    private const int Page = PageSize.Bytes;
    private const int MemoryMib = 1;

    private readonly TemporaryFolder _folder = new();
    private readonly GuestRamFixture _ram = new(MemoryMib);
    private readonly LayerFolder _layers;

    public MemoryFileTests() => _layers = new LayerFolder(_folder);

    public void Dispose()
    {
        _ram.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Write_FullSnapshot_LeavesZeroPagesOut()
    {
        Fill(3, 1);
        Fill(200, 2);

        MemoryLayer layer = _layers.Write(_ram, LayerFolder.Marks(_ram, Enumerable.Range(0, 256)));

        Assert.Equal([new FilePageRun(3, 1), new FilePageRun(200, 1)], layer.Manifest.Runs);
        Assert.Equal(1ul << 20, layer.Manifest.FileBytes);
        Assert.Equal(1 << 20, new FileInfo(layer.Path).Length);
    }

    [Fact]
    public void Write_Diff_KeepsZeroPagesThatHideTheBases()
    {
        Fill(3, 1);
        _layers.Write(_ram, LayerFolder.Marks(_ram, 3));
        Fill(3, 0);

        MemoryLayer diff = _layers.Write(_ram, LayerFolder.Marks(_ram, 3));

        Assert.Equal([new FilePageRun(3, 1)], diff.Manifest.Runs);
        LayerFolder.Load(MemoryMib, _layers.Chain, memory => Assert.Equal(0, FirstByte(memory, 3)));
    }

    [Fact]
    public void Write_NothingMarked_IsAFileOfHoles()
    {
        MemoryLayer layer = _layers.Write(_ram, LayerFolder.Marks(_ram));

        Assert.Empty(layer.Manifest.Runs);
        LayerFolder.Load(MemoryMib, _layers.Chain, memory => Assert.Equal(0, FirstByte(memory, 0)), verify: true);
    }

    [Fact]
    public void Write_OverAnOldFile_ReplacesItForNewReadersOnly()
    {
        Fill(0, 1);
        MemoryLayer layer = _layers.Write(_ram, LayerFolder.Marks(_ram, 0));

        LayerFolder.Load(MemoryMib, [layer], running =>
        {
            Fill(0, 2);
            new MemoryFileWriter(_ram.Memory, _ram.Ram).Write(
                layer.Path, LayerFolder.Marks(_ram, 0), SnapshotId.None, keepZeroPages: false);
            Assert.Equal(1, FirstByte(running, 0));
        });

        LayerFolder.Load(MemoryMib, [layer], memory => Assert.Equal(2, FirstByte(memory, 0)));
    }

    [Fact]
    public void Write_FolderMissing_IsALinuxExceptionThatNamesTheFile()
    {
        LinuxException refused = Assert.Throws<LinuxException>(() => WriteTo(_folder.File("missing/memory")));

        Assert.Equal(Errno.ENOENT, refused.Errno);
        Assert.Contains("missing/memory", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_PathIsAFolder_LeavesNothingBehind()
    {
        string path = _folder.File("memory");
        Directory.CreateDirectory(path);

        Assert.ThrowsAny<Exception>(() => WriteTo(path));

        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void RangesOf_TwoRegions_LieOneBehindTheOther()
    {
        using GuestRamFixture large = new(3073);

        Assert.Equal(
            [new MemoryRange(0, 3072ul << 20, 0), new MemoryRange(1ul << 32, 1ul << 20, 3072ul << 20)],
            MemoryFileWriter.RangesOf(large.Ram));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(40)]
    public void Load_TwoRegions_RunsOverTheirBorderAreCutThere(int pagesOnEachSide)
    {
        const int LargeMib = 3073;
        const ulong LowPages = 3072 * 256;
        using GuestRamFixture large = new(LargeMib);
        DirtyBitmap[] marks = LayerFolder.Marks(large);
        ulong low = (3072ul << 20) - (ulong)pagesOnEachSide * Page;
        byte[] content = new byte[pagesOnEachSide * Page];
        new Random(1).NextBytes(content);
        LayerFolder layers = new(_folder);
        layers.Write(large, marks);
        Assert.True(large.Memory.TryWrite(new GuestAddress(low), content));
        Assert.True(large.Memory.TryWrite(new GuestAddress(1ul << 32), content));
        marks[0].Mark(low, (ulong)content.Length);
        marks[1].Mark(0, (ulong)content.Length);

        MemoryLayer diff = layers.Write(large, marks);

        // In the file there is no border.
        Assert.Equal(
            [new FilePageRun(LowPages - (ulong)pagesOnEachSide, 2 * (ulong)pagesOnEachSide)], diff.Manifest.Runs);
        LayerFolder.Load(
            LargeMib,
            layers.Chain,
            memory =>
            {
                byte[] back = new byte[content.Length + Page];
                Assert.True(memory.TryRead(new GuestAddress(low - Page), back));
                Assert.Equal([.. new byte[Page], .. content], back);
                Assert.True(memory.TryRead(new GuestAddress(1ul << 32), back));
                Assert.Equal([.. content, .. new byte[Page]], back);
            },
            verify: true);
        DirtyBitmap[] present = LayerFolder.Marks(large);
        MemoryFileLoader.MarkPresent(layers.Chain, present);
        Assert.Equal(marks.SelectMany(bitmap => bitmap.Runs()), present.SelectMany(bitmap => bitmap.Runs()));
    }

    [Fact]
    public void Load_ManyLongRunsInSeveralLayers_MapsNoMoreThanTheBoundInAll()
    {
        // Each layer has 8 runs that could be mapped: the bound is on the list of mappings, which they share.
        const int MappedMax = 10;
        for (int layer = 0; layer < 3; layer++)
        {
            int[] pages = [.. Enumerable.Range(0, 8).SelectMany(run => Enumerable.Range(run * 30 + layer, 20))];
            Array.ForEach(pages, page => Fill(page, (byte)(layer + 1)));
            _layers.Write(_ram, LayerFolder.Marks(_ram, pages));
        }

        IReadOnlyList<GuestRegion> regions =
            MemoryFileLoader.Load(MemoryMib, _layers.Chain, verify: false, mappedRunCountMax: MappedMax);

        int mapped = File.ReadLines("/proc/self/maps")
            .Count(line => _layers.Chain.Skip(1).Any(layer => line.EndsWith(layer.Path, StringComparison.Ordinal)));
        Assert.InRange(mapped, 1, MappedMax);
        byte[] loaded = new byte[1 << 20];
        new GuestMemory([.. regions]).TryRead(new GuestAddress(0), loaded);
        Assert.True(loaded.AsSpan().SequenceEqual(_ram.Read(0, 1 << 20)));
        regions[0].Mapping.Dispose();
    }

    [Fact]
    public void Load_ByteOfAPageFlipped_IsRefusedOnlyIfVerified()
    {
        Fill(3, 1);
        MemoryLayer layer = _layers.Write(_ram, LayerFolder.Marks(_ram, 3));
        using (FileStream file = File.OpenWrite(layer.Path))
        {
            file.Position = 3 * Page + 100;
            file.WriteByte(2);
        }

        Assert.Equal(
            SnapshotFault.ChecksumMismatch,
            Assert.Throws<SnapshotException>(() => MemoryFileLoader.Load(MemoryMib, [layer], verify: true)).Fault);
        LayerFolder.Load(MemoryMib, [layer], memory => Assert.Equal(1, FirstByte(memory, 3)));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(-Page)]
    [InlineData(Page)]
    public void Load_FileOfAnotherLength_IsRefusedWithBoth(int difference)
    {
        MemoryLayer layer = _layers.Write(_ram, LayerFolder.Marks(_ram, 3));
        using (FileStream file = File.OpenWrite(layer.Path))
        {
            file.SetLength(file.Length + difference);
        }

        SnapshotException refused =
            Assert.Throws<SnapshotException>(() => MemoryFileLoader.Load(MemoryMib, [layer], verify: false));

        Assert.Equal(SnapshotFault.MemoryMismatch, refused.Fault);
        Assert.Contains($"{(1 << 20) + difference} bytes", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"{1 << 20}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ChainThatIsNone_IsRefused()
    {
        for (int layer = 0; layer < 3; layer++)
        {
            Fill(layer, 1);
            _layers.Write(_ram, LayerFolder.Marks(_ram, layer));
        }
        IReadOnlyList<MemoryLayer> chain = _layers.Chain;

        // A diff alone, one missing in the middle, the wrong order, a full snapshot over another.
        Assert.All(
            new MemoryLayer[][]
            {
                [chain[1]], [chain[0], chain[2]], [chain[0], chain[2], chain[1]], [chain[0], chain[0]],
            },
            wrong => Assert.Equal(
                SnapshotFault.MemoryMismatch,
                Assert.Throws<SnapshotException>(() => MemoryFileLoader.Load(MemoryMib, wrong, verify: false)).Fault));
    }

    [Fact]
    public void Load_AnotherSizeOfMemory_IsRefusedWithBoth()
    {
        MemoryLayer layer = _layers.Write(_ram, LayerFolder.Marks(_ram, 3));

        SnapshotException refused =
            Assert.Throws<SnapshotException>(() => MemoryFileLoader.Load(MemoryMib + 1, [layer], verify: false));

        Assert.Equal(SnapshotFault.MemoryMismatch, refused.Fault);
        Assert.Contains("1 MiB in 1 ranges", refused.Message, StringComparison.Ordinal);
        Assert.Contains("2 MiB in 1", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_FileMissing_IsAnIoError()
    {
        MemoryLayer layer = _layers.Write(_ram, LayerFolder.Marks(_ram, 3));
        File.Delete(layer.Path);

        Assert.ThrowsAny<IOException>(() => MemoryFileLoader.Load(MemoryMib, [layer], verify: false));
    }

    private void WriteTo(string path) =>
        new MemoryFileWriter(_ram.Memory, _ram.Ram).Write(
            path, LayerFolder.Marks(_ram, 0), SnapshotId.None, keepZeroPages: false);

    private void Fill(int page, byte value) =>
        Assert.True(_ram.Memory.TryWrite(
            new GuestAddress((ulong)page * Page), Enumerable.Repeat(value, Page).ToArray()));

    private static byte FirstByte(GuestMemory memory, int page)
    {
        byte[] one = new byte[1];
        Assert.True(memory.TryRead(new GuestAddress((ulong)page * Page), one));
        return one[0];
    }
}
