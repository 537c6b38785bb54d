using System.Text.Json;
using Thaw.Core;
using Thaw.Linux;
using Thaw.Memory;
using Thaw.Pager.Tests.Fixtures;
using Thaw.Protocol;

namespace Thaw.Pager.Tests.Clones;

/// <summary>Firecracker's protocol where it differs: pages are copied, and may be given back.</summary>
public sealed class CopiedMemoryTests : IDisposable
{
    private const uint Pages = 64;

    private readonly RunningPager _pager = new();

    public void Dispose() => _pager.Dispose();

    [Fact]
    public async Task Read_AfterMemoryWasGivenBack_IsZero()
    {
        LayeredMemory content = LayeredMemory.Full(Pages);
        _pager.Memories.Add("f", content);
        PagerStartStats start = await _pager.StartAsync(await _pager.OpenAsync("f"));
        using Userfaultfd faults = Userfaultfd.Create(UserfaultFeatures.Remove);
        using SafeMappingHandle mapping = SafeMappingHandle.Anonymous(Pages * PageSize.Bytes);
        faults.Register(mapping, 0, mapping.LengthBytes);
        using FramedSocket socket = FramedSocket.Connect(start.Socket!);
        IReadOnlyList<MemoryMapping> list =
        [
            new MemoryMapping
            {
                BaseHostVirtAddr = Userfaultfd.AddressOf(mapping),
                Size = mapping.LengthBytes,
                Offset = 0,
                PageSize = PageSize.Bytes,
            },
        ];
        socket.SendRaw(
            JsonSerializer.SerializeToUtf8Bytes(list, PagingJsonContext.Default.IReadOnlyListMemoryMapping),
            [faults],
            RunningPager.Patience);
        GuestMemory memory = new(new GuestRegion(new GuestAddress(0), mapping));
        Assert.Equal(content.Content(5), await ReadAsync(memory, 5));

        // The call returns when the pager has read the event.
        await Task.Run(() => Assert.Equal(
            Errno.OK, MemoryAdvice.TryGiveBack(mapping, 4 * PageSize.Bytes, 4 * PageSize.Bytes)))
            .WaitAsync(RunningPager.Patience, TestContext.Current.CancellationToken);

        Assert.Equal(new byte[PageSize.Bytes], await ReadAsync(memory, 5));
        Assert.Equal(new byte[PageSize.Bytes], await ReadAsync(memory, 7));
        Assert.Equal(content.Content(3), await ReadAsync(memory, 3));
        Assert.Equal(content.Content(8), await ReadAsync(memory, 8));
    }

    [Fact]
    public async Task Prefetch_KnownWorkingSet_IsThereBeforeItIsMissed()
    {
        LayeredMemory content = LayeredMemory.Full(Pages);
        _pager.Memories.Add("f", content);
        _pager.Memories.WorkingSetOf("f").Spans = [new(10, 3), new(40, 1)];
        using TestClone clone = await _pager.CloneAsync("f", isShared: false);
        await _pager.WaitForAsync(clone, stats => stats.PrefetchDone);

        foreach (uint page in new uint[] { 10, 11, 12, 40 })
        {
            Assert.Equal(content.Content(page), clone.Read(page));
        }

        PagerStartStats stats = await _pager.StatsAsync(clone);
        Assert.Equal(0, stats.FaultsWaited);
        Assert.Equal(4, stats.Prefetched);
    }

    private static Task<byte[]> ReadAsync(GuestMemory memory, uint page) => Task.Factory.StartNew(
        () =>
        {
            byte[] bytes = new byte[PageSize.Bytes];
            Assert.True(memory.TryRead(new GuestAddress(page * (ulong)PageSize.Bytes), bytes));
            return bytes;
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default).WaitAsync(RunningPager.Patience);
}
