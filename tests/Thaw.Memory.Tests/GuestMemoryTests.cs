using Thaw.Linux;

namespace Thaw.Memory.Tests;

public sealed class GuestMemoryTests : IDisposable
{
    private const ulong Page = Layout.Page;

    private readonly Layout _layout = new();

    private GuestMemory Memory => _layout.Memory;

    public void Dispose() => _layout.Dispose();

    [Fact]
    public void Regions_GivenInAnyOrder_AreAscending()
    {
        Assert.Equal(_layout.All.Select(region => region.Start), Memory.Regions.Select(region => region.Start));
        Assert.Equal(6 * Page, Memory.TotalBytes);
    }

    [Fact]
    public void Contains_EveryEdge_IsAsCountedWithoutWrapping() =>
        Assert.All(_layout.EdgeRanges(), range => Assert.True(
            _layout.Find(range.Address, range.LengthBytes) is not null
                == Memory.Contains(new GuestAddress(range.Address), range.LengthBytes),
            $"0x{range.Address:x} + 0x{range.LengthBytes:x}"));

    [Fact]
    public void TryRead_EveryEdge_WorksWhereThereIsMemory() =>
        Assert.All(SmallEdges(), range => Assert.True(
            _layout.Find(range.Address, range.LengthBytes) is not null
                == Memory.TryRead(new GuestAddress(range.Address), new byte[range.LengthBytes]),
            $"0x{range.Address:x} + 0x{range.LengthBytes:x}"));

    [Fact]
    public void TryWrite_EveryEdge_WorksWhereThereIsWritableMemory() =>
        Assert.All(SmallEdges(), range => Assert.True(
            IsWritable(range) == Memory.TryWrite(new GuestAddress(range.Address), new byte[range.LengthBytes]),
            $"0x{range.Address:x} + 0x{range.LengthBytes:x}"));

    [Fact]
    public void TryClear_EveryEdge_WorksWhereThereIsWritableMemory() =>
        Assert.All(_layout.EdgeRanges(), range => Assert.True(
            IsWritable(range) == Memory.TryClear(new GuestAddress(range.Address), range.LengthBytes),
            $"0x{range.Address:x} + 0x{range.LengthBytes:x}"));

    [Fact]
    public void TryLoadAndTryStore_EveryEdge_NeedMemoryAndAlignment() => Assert.All(
        _layout.EdgeRanges().Select(range => range.Address).Distinct(), address =>
        {
            GuestAddress at = new(address);
            Assert.True(IsAtomic(address, 2, write: false) == Memory.TryLoad(at, out ushort _), $"2 at {at}");
            Assert.True(IsAtomic(address, 4, write: false) == Memory.TryLoad(at, out uint _), $"4 at {at}");
            Assert.True(IsAtomic(address, 8, write: false) == Memory.TryLoad(at, out ulong _), $"8 at {at}");
            Assert.True(IsAtomic(address, 2, write: true) == Memory.TryStore(at, (ushort)1), $"2 to {at}");
            Assert.True(IsAtomic(address, 4, write: true) == Memory.TryStore(at, 1u), $"4 to {at}");
            Assert.True(IsAtomic(address, 8, write: true) == Memory.TryStore(at, 1ul), $"8 to {at}");
        });

    [Fact]
    public void TryWriteThenTryRead_UpToTheLastByte_GivesTheBytes()
    {
        byte[] bytes = new byte[2 * Page];
        new Random(1).NextBytes(bytes);
        byte[] back = new byte[2 * Page];

        Assert.True(Memory.TryWrite(_layout.Low.Start, bytes));
        Assert.True(Memory.TryRead(_layout.Low.Start, back));
        Assert.Equal(bytes, back);
        Assert.True(Memory.TryWrite(_layout.Top.End.Add(unchecked((ulong)-1)), [0xa5]));
        Assert.True(Memory.TryRead(_layout.Top.End.Add(unchecked((ulong)-1)), back.AsSpan(0, 1)));
        Assert.Equal(0xa5, back[0]);
    }

    [Fact]
    public void TryWrite_OverTheBorderOfTwoNeighbours_IsRefusedAndWritesNothing()
    {
        GuestAddress border = _layout.Second.Start;

        Assert.False(Memory.TryWrite(border.Add(unchecked((ulong)-1)), [1, 1]));

        byte[] both = [9, 9];
        Assert.True(Memory.TryRead(border.Add(unchecked((ulong)-1)), both.AsSpan(0, 1)));
        Assert.True(Memory.TryRead(border, both.AsSpan(1)));
        Assert.Equal([0, 0], both);
    }

    [Fact]
    public void TryClear_PartOfAPage_LeavesTheRest()
    {
        Memory.TryWrite(_layout.First.Start, Enumerable.Repeat((byte)0xff, 16).ToArray());

        Assert.True(Memory.TryClear(_layout.First.Start.Add(4), 8));

        byte[] back = new byte[16];
        Memory.TryRead(_layout.First.Start, back);
        Assert.Equal([255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255], back);
    }

    [Fact]
    public void TryLoad_Bytes_AreLittleEndian()
    {
        Memory.TryWrite(_layout.First.Start, [1, 2, 3, 4, 5, 6, 7, 8]);

        Memory.TryLoad(_layout.First.Start, out ushort two);
        Memory.TryLoad(_layout.First.Start, out uint four);
        Memory.TryLoad(_layout.First.Start, out ulong eight);

        Assert.Equal((0x0201, 0x0403_0201u, 0x0807_0605_0403_0201ul), (two, four, eight));
    }

    [Fact]
    public void TryStore_Integers_AreLittleEndian()
    {
        Assert.True(Memory.TryStore(_layout.First.Start, (ushort)0x0201));
        Assert.True(Memory.TryStore(_layout.First.Start.Add(4), 0x0807_0605u));
        Assert.True(Memory.TryStore(_layout.First.Start.Add(8), 0x100f_0e0d_0c0b_0a09ul));

        byte[] back = new byte[16];
        Memory.TryRead(_layout.First.Start, back);
        Assert.Equal([1, 2, 0, 0, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16], back);
    }

    [Fact]
    public void TryLoadAndTryStore_OtherSizes_AreNotSupported()
    {
        Assert.Throws<NotSupportedException>(() => Memory.TryLoad(_layout.First.Start, out byte _));
        Assert.Throws<NotSupportedException>(() => Memory.TryStore(_layout.First.Start, (UInt128)1));
    }

    [Fact]
    public void TryLoad_WhileAnotherThreadStores_NeverSeesHalfAValue()
    {
        const int LoadCount = 200_000;
        const ulong Ones = ulong.MaxValue;
        using CancellationTokenSource done = new();
        Thread writer = new(() =>
        {
            while (!done.IsCancellationRequested)
            {
                Memory.TryStore(_layout.First.Start, Ones);
                Memory.TryStore(_layout.First.Start, 0ul);
            }
        });
        writer.Start();

        int torn = 0;
        for (int i = 0; i < LoadCount; i++)
        {
            Memory.TryLoad(_layout.First.Start, out ulong value);
            torn += value is 0 or Ones ? 0 : 1;
        }
        done.Cancel();
        writer.Join();

        Assert.Equal(0, torn);
    }

    [Fact]
    public void Writes_WhileTracked_MarkTheirPagesOnly()
    {
        DirtyBitmap writes = new(2);
        _layout.Low.DeviceWrites = writes;

        Memory.TryRead(_layout.Low.Start, new byte[2 * Page]);
        Memory.TryLoad(_layout.Low.Start, out ulong _);
        Memory.TryWrite(_layout.Low.Start.Add(Page), new byte[2 * Page]);
        Memory.TryStore(_layout.Low.Start.Add(Page + 1), 1u);
        Memory.TryWrite(_layout.Low.Start, []);
        Assert.Equal(0ul, writes.CountMarked());

        Memory.TryWrite(_layout.Low.Start.Add(Page), [1]);
        Assert.Equal([new PageRun(1, 1)], writes.Runs());
        writes.Clear();
        Memory.TryStore(_layout.Low.Start.Add(8), 1ul);
        Assert.Equal([new PageRun(0, 1)], writes.Runs());
        writes.Clear();
        Memory.TryClear(_layout.Low.Start.Add(Page - 1), 2);
        Assert.Equal([new PageRun(0, 2)], writes.Runs());
    }

    [Fact]
    public void Writes_ToAReadOnlyRegion_AreRefusedAndItStays()
    {
        Assert.False(Memory.TryWrite(_layout.ReadOnly.Start, [1]));
        Assert.False(Memory.TryStore(_layout.ReadOnly.Start, 1u));
        Assert.False(Memory.TryClear(_layout.ReadOnly.Start, 1));
        Assert.Equal(Errno.EFAULT, Memory.TryReadFrom(null!, _layout.ReadOnly.Start, 1, out _));

        Assert.True(Memory.TryLoad(_layout.ReadOnly.Start, out ulong value));
        Assert.Equal(0ul, value);
    }

    [Fact]
    public void Anonymous_OddLength_IsWholePages()
    {
        GuestRegion region = GuestRam.Anonymous(new GuestAddress(0), Page + 1);

        Assert.Equal(2 * Page, region.LengthBytes);
        region.Mapping.Dispose();
    }

    private IEnumerable<(ulong Address, ulong LengthBytes)> SmallEdges() =>
        _layout.EdgeRanges().Where(range => range.LengthBytes <= 4 * Page);

    private bool IsWritable((ulong Address, ulong LengthBytes) range) =>
        _layout.Find(range.Address, range.LengthBytes) is { IsReadOnly: false };

    private bool IsAtomic(ulong address, ulong sizeBytes, bool write) =>
        address % sizeBytes == 0
        && _layout.Find(address, sizeBytes) is GuestRegion region
        && !(write && region.IsReadOnly);
}
