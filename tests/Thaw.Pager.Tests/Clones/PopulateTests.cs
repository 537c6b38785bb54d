using Thaw.Core;
using Thaw.Monitor.Paging;
using Thaw.Pager.Tests.Fixtures;
using Thaw.Pager.WorkingSets;
using Thaw.Protocol;

namespace Thaw.Pager.Tests.Clones;

/// <summary>Pages that monitors are told to map before their guests run.</summary>
public sealed class PopulateTests : IDisposable
{
    private const uint Pages = 256;

    private readonly RunningPager _pager = new();

    public void Dispose() => _pager.Dispose();

    [Fact]
    public async Task Offer_AfterRecordedClones_HasWhatTheyTouched_AndForWritingWhatAllOfThemWrote()
    {
        LayeredMemory memory = Memory();
        _pager.Memories.Add("f", memory);
        for (uint i = 0; i < WorkingSet.Window; i++)
        {
            using TestClone recorded = await _pager.CloneAsync("f");
            Assert.Empty(recorded.Populated);
            recorded.Read(1);
            recorded.Write(2, Content(1));
            recorded.Write(40 + i, Content(2));
            // Zero in the snapshot, and in no image.
            recorded.Write(200, Content(3));
            await _pager.SettleAsync(recorded);
        }

        using TestClone clone = await _pager.CloneAsync("f");

        Assert.Equal(
            [(1u, 1u, false), (2u, 1u, true), (40u, WorkingSet.Window, false), (200u, 1u, true)], clone.Populated);
        Assert.Equal(3 + WorkingSet.Window, (await _pager.StatsAsync(clone)).Populated);
        Assert.Equal(memory.Content(2), clone.Read(2));
        Assert.Equal(new byte[PageSize.Bytes], clone.Read(200));
    }

    [Fact]
    public async Task Offer_WhatIsNotInMemoryYet_IsLeftToTheGuest()
    {
        LayeredMemory memory = Memory();
        _pager.Memories.Add("f", memory);
        _pager.Memories.WorkingSetOf("f").Spans = [new(0, 8)];
        using (TestClone first = await _pager.CloneAsync("f", prefetch: false))
        {
            Assert.Empty(first.Populated);
            // Its chunk has four pages.
            first.Read(5);
        }

        using TestClone second = await _pager.CloneAsync("f", prefetch: false);

        Assert.Equal([(4u, 4u, false)], second.Populated);
    }

    [Fact]
    public async Task Offer_KnownWorkingSet_LearnsWhatIsWrittenFromTheFirstClone()
    {
        _pager.Memories.Add("f", Memory());
        _pager.Memories.WorkingSetOf("f").Spans = [new(0, 8)];
        using (TestClone first = await _pager.CloneAsync("f"))
        {
            await _pager.WaitForAsync(first, stats => stats.PrefetchDone);
            first.Write(3, Content(1));
            await _pager.SettleAsync(first);
        }

        using TestClone second = await _pager.CloneAsync("f");

        Assert.Equal([(0u, 3u, false), (3u, 1u, true), (4u, 4u, false)], second.Populated);
    }

    [Fact]
    public void PopulateOf_PagesOutsideTheMemory_AreRefused()
    {
        SharedMemoryOffer offer = new() { Populate = PopulateList.Encode([new PopulateRange(Pages - 1, 2, true)]) };

        Assert.Throws<IOException>(() => OfferRules.PopulateOf(offer, (ulong)Pages * PageSize.Bytes));
        Assert.Single(OfferRules.PopulateOf(offer, ((ulong)Pages + 1) * PageSize.Bytes));
    }

    // Content in the first half, zeros behind.
    private static LayeredMemory Memory() => new LayeredMemory(Pages).With("f", Range(0, 128), Range(128, 128));

    private static IEnumerable<uint> Range(int first, int count) =>
        Enumerable.Range(first, count).Select(page => (uint)page);

    private static byte[] Content(byte value) => [.. Enumerable.Repeat(value, PageSize.Bytes)];
}
