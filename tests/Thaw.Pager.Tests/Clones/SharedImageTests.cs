using Thaw.Core;
using Thaw.Pager.Tests.Fixtures;
using Thaw.Pager.WorkingSets;
using Thaw.Protocol;

namespace Thaw.Pager.Tests.Clones;

public sealed class SharedImageTests : IDisposable
{
    private const uint Pages = 256;

    private readonly RunningPager _pager = new();

    public void Dispose() => _pager.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_AllPagesOfAChain_AreAsComposed(bool isShared)
    {
        LayeredMemory memory = Function("function");
        _pager.Memories.Add("f", memory);
        using TestClone clone = await _pager.CloneAsync("f", isShared: isShared);

        for (uint page = 0; page < Pages; page++)
        {
            Assert.Equal(memory.Content(page), clone.Read(page));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Write_InOneClone_IsItsOwn(bool isShared)
    {
        LayeredMemory memory = Function("function");
        _pager.Memories.Add("f", memory);
        using TestClone first = await _pager.CloneAsync("f", isShared: isShared);
        using TestClone second = await _pager.CloneAsync("f", isShared: isShared);
        byte[] own = [.. Enumerable.Repeat((byte)0x5a, PageSize.Bytes)];

        // A page of the runtime, one of the function, one that is zero.
        foreach (uint page in new uint[] { 1, 40, 130 })
        {
            first.Write(page, own);

            Assert.Equal(own, first.Read(page));
            Assert.Equal(memory.Content(page), second.Read(page));
        }
    }

    [Fact]
    public async Task Read_SecondClone_LoadsNothing()
    {
        LayeredMemory memory = Function("function");
        TestSource source = _pager.Memories.Add("f", memory);
        using TestClone first = await _pager.CloneAsync("f");
        ReadAll(first);
        int loads = source.Loads;
        using TestClone second = await _pager.CloneAsync("f", prefetch: false);

        ReadAll(second);

        PagerStartStats stats = await _pager.StatsAsync(second);
        Assert.Equal(loads, source.Loads);
        Assert.Equal(0, stats.FaultsWaited);
        Assert.Equal(0, stats.BytesMoved);
        // Only zero pages come to the pager at all.
        Assert.Equal(stats.ZeroFaults, stats.Faults);
    }

    [Fact]
    public async Task Read_FunctionsOfOneRuntime_ShareItsPages()
    {
        LayeredMemory one = Function("one");
        LayeredMemory two = Function("two");
        _pager.Memories.Add("one", one);
        TestSource second = _pager.Memories.Add("two", two);
        using TestClone first = await _pager.CloneAsync("one");
        ReadAll(first);
        using TestClone clone = await _pager.CloneAsync("two", prefetch: false);

        for (uint page = 0; page < Pages; page++)
        {
            Assert.Equal(two.Content(page), clone.Read(page));
        }

        // The runtime's pages outside the function's own 64 KiB block were there; the block has both layers' pages.
        PagerStartStats stats = await _pager.StatsAsync(clone);
        Assert.InRange(second.Loads, 1, 16 / two.PagesPerChunk + 4);
        Assert.InRange(stats.ChunksLoaded, 1, second.Loads);
    }

    [Fact]
    public async Task Offer_OfAFunction_HasFewSegmentsAndOneImageForEachLayer()
    {
        _pager.Memories.Add("f", Function("function"));

        string image = await _pager.OpenAsync("f");

        PagerImageStats stats = (await _pager.AskAsync(
            new PagerRequest { Operation = PagerOperation.Stats, Image = image })).Image!;
        Assert.Equal(3, stats.Segments);
        Assert.Equal(2, stats.Layers);
        Assert.Equal(128 * PageSize.Bytes, stats.ZeroBytes);
        Assert.Equal([0, 0], stats.ResidentBytes);
    }

    [Fact]
    public async Task Read_ManyThreadsAtOnce_EachChunkIsLoadedOnce()
    {
        LayeredMemory memory = Function("function");
        TestSource source = _pager.Memories.Add("f", memory);
        TaskCompletionSource gate = new();
        source.BeforeLoad = (_, _) => gate.Task;
        using TestClone first = await _pager.CloneAsync("f");
        using TestClone second = await _pager.CloneAsync("f");
        List<(uint Page, Task<byte[]> Content)> reads = [];
        foreach (uint page in new uint[] { 0, 1, 2, 3, 4, 5, 40, 41 })
        {
            reads.Add((page, first.ReadAsync(page)));
            reads.Add((page, second.ReadAsync(page)));
        }
        await _pager.WaitForAsync(first, stats => stats.FaultsWaited == 8);
        await _pager.WaitForAsync(second, stats => stats.FaultsWaited == 8);

        gate.SetResult();

        foreach ((uint page, Task<byte[]> content) in reads)
        {
            Assert.Equal(memory.Content(page), await content);
        }
        Assert.Equal(source.Loaded.Distinct().Count(), source.Loads);
    }

    [Fact]
    public async Task Connect_OtherSizeThanTheImage_IsRefusedWithBoth()
    {
        _pager.Memories.Add("f", Function("function"));
        PagerStartStats start = await _pager.StartAsync(await _pager.OpenAsync("f"));

        IOException refused = Assert.Throws<IOException>(
            () => TestClone.Connect(start.Start, start.Socket!, memoryBytes: 8192, isShared: true));

        Assert.Contains("8192", refused.Message, StringComparison.Ordinal);
        Assert.Contains("1048576", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_OtherSnapshotThanTheImageIsFor_IsRefused()
    {
        _pager.Memories.Add("f", Function("function"));
        PagerStartStats start = await _pager.StartAsync(
            await _pager.OpenAsync("f", "000000000000000000000000000000aa"));

        IOException refused = Assert.Throws<IOException>(() => TestClone.Connect(
            start.Start, start.Socket!, (ulong)start.GuestBytes, isShared: true, snapshot: 0xbb));

        Assert.Contains("000000000000000000000000000000aa", refused.Message, StringComparison.Ordinal);
        Assert.Contains("000000000000000000000000000000bb", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_WhileAnothersStoreIsAway_NeedNotWait()
    {
        _pager.Memories.Add("away", Function("function"));
        _pager.Memories.Add("f", Function("function"));
        TaskCompletionSource back = new();
        int openings = 0;
        _pager.Memories.BeforeOpen = layer =>
            layer == "away" && Interlocked.Increment(ref openings) > 0 ? back.Task : Task.CompletedTask;
        Task<string>[] waiting = [_pager.OpenAsync("away"), _pager.OpenAsync("away")];

        using TestClone clone = await _pager.CloneAsync("f");

        Assert.Equal(Function("function").Content(40), clone.Read(40));
        Assert.All(waiting, open => Assert.False(open.IsCompleted));
        back.SetResult();
        string[] images = await Task.WhenAll(waiting);
        Assert.Equal((1, images[0]), (openings, images[1]));
    }

    [Fact]
    public async Task Close_AllStartsAndTheImage_GivesEverythingBack()
    {
        TestSource source = _pager.Memories.Add("f", Function("function"));
        string image = await _pager.OpenAsync("f");
        TestClone clone = RunningPager.Connect(await _pager.StartAsync(image));
        clone.Read(0);

        await _pager.AskAsync(new PagerRequest { Operation = PagerOperation.Close, Image = image });
        Assert.NotEqual(new byte[PageSize.Bytes], clone.Read(9));
        Assert.False(source.IsDisposed);
        clone.Dispose();

        await _pager.WaitForAsync(clone, stats => stats.State == PagerStartState.Ended);
        Assert.True(source.IsDisposed);
        Assert.Empty(Directory.GetFiles(_pager.Folder, "*.sock"));
    }

    [Fact]
    public async Task Close_ServedStart_EndsItsClone()
    {
        _pager.Memories.Add("f", Function("function"));
        using TestClone clone = await _pager.CloneAsync("f");

        await _pager.AskAsync(new PagerRequest { Operation = PagerOperation.Close, Start = clone.Start });

        string reason = await clone.Lost.Task.WaitAsync(RunningPager.Patience);
        Assert.Contains("start was closed", reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prefetch_PagesThatLieTogether_LoadsSeveralChunksAtOnce()
    {
        LayeredMemory memory = LayeredMemory.Full(Pages);
        TestSource source = _pager.Memories.Add("f", memory);
        _pager.Memories.WorkingSetOf("f").Spans = [new(0, Pages)];
        TaskCompletionSource gate = new();
        source.BeforeLoad = (_, _) => gate.Task;

        using TestClone clone = await _pager.CloneAsync("f");
        using CancellationTokenSource limit = new(RunningPager.Patience);
        while (source.Loads < PagerLimits.PrefetchFlightsMax)
        {
            Assert.False(limit.IsCancellationRequested, $"Only {source.Loads} chunks are on their way.");
            await Task.Yield();
        }
        gate.SetResult();

        PagerStartStats stats = await _pager.WaitForAsync(clone, stats => stats.PrefetchDone);
        Assert.Equal(Pages / memory.PagesPerChunk, stats.ChunksLoaded);
    }

    [Fact]
    public async Task Settle_ClonesThatBehaveOtherwise_TeachTheirPagesAndForgetTheOld()
    {
        LayeredMemory memory = LayeredMemory.Full(Pages);
        _pager.Memories.Add("f", memory);
        _pager.Memories.WorkingSetOf("f").Spans = [new(0, 4)];
        uint[] others = [.. Enumerable.Range(10, 20).Select(chunk => (uint)chunk * 4)];

        // The first is not recorded, but it waits often enough for the next four to be.
        for (int i = 0; i < 1 + WorkingSet.Window; i++)
        {
            using TestClone clone = await _pager.CloneAsync("f");
            Assert.All(others, page => Assert.Equal(memory.Content(page), clone.Read(page)));
            await _pager.SettleAsync(clone);
        }

        IEnumerable<uint> learnt = _pager.Memories.WorkingSetOf("f").Spans.SelectMany(
            span => Enumerable.Range((int)span.First, (int)span.Count)).Select(page => (uint)page);
        Assert.Equal(others, learnt.Order());
    }

    // A runtime of 128 pages of content, then zeros; a function that changed four pages.
    private static LayeredMemory Function(string name) =>
        new LayeredMemory(Pages).With("runtime", Range(0, 128), Range(128, 128)).With(name, [40, 41, 42, 43]);

    private static IEnumerable<uint> Range(int first, int count) =>
        Enumerable.Range(first, count).Select(page => (uint)page);

    private static void ReadAll(TestClone clone)
    {
        for (uint page = 0; page < Pages; page++)
        {
            clone.Read(page);
        }
    }
}
