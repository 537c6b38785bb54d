using Thaw.Core;
using Thaw.Memory;
using Thaw.Monitor.Paging;
using Thaw.Snapshot;
using Thaw.Vmm.Snapshots;

namespace Thaw.Pager.Tests.Fixtures;

/// <summary>
/// The memory of a clone, mapped by the monitor's own code in the test's process; reads and writes are a device's.
/// </summary>
internal sealed class TestClone : IDisposable
{
    private readonly HandlerConnection _handler;
    private readonly IReadOnlyList<GuestRegion> _regions;
    private readonly GuestMemory _memory;

    private TestClone(
        string start, HandlerConnection handler, IReadOnlyList<GuestRegion> regions,
        IReadOnlyList<PopulatedMemory> populated)
    {
        Start = start;
        _handler = handler;
        _regions = regions;
        Populated =
        [
            .. populated.Select(part => (
                (uint)(part.Offset / PageSize.Bytes), (uint)(part.LengthBytes / PageSize.Bytes), part.IsWritten)),
        ];
        _memory = new GuestMemory([.. regions]);
    }

    internal string Start { get; }

    /// <summary>What the monitor would map ahead: first page, count, whether it is written.</summary>
    internal IReadOnlyList<(uint First, uint Count, bool IsWritten)> Populated { get; }

    /// <summary>Done when the monitor would end because memory is lost.</summary>
    internal TaskCompletionSource<string> Lost { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal static TestClone Connect(
        string start, string socket, ulong memoryBytes, bool isShared, UInt128 snapshot = default)
    {
        TestClone? clone = null;
        HandlerConnection? opened = null;
        HandlerConnection handler = HandlerConnection.Open(
            socket,
            reason =>
            {
                clone?.Lost.TrySetResult(reason);
                // A monitor would end; else the pager would kill it, and that is this process.
                _ = Task.Run(() => opened?.Dispose());
            });
        opened = handler;
        try
        {
            IGuestMemoryProvider provider = isShared ? new SharedImageMemory(handler) : new UffdMemory(handler);
            IReadOnlyList<GuestRegion> regions =
                provider.Provide(new SnapshotId(snapshot), [new MemoryRange(0, memoryBytes, 0)]);
            clone = new TestClone(start, handler, regions, provider.Populated);
            return clone;
        }
        catch
        {
            handler.Dispose();
            throw;
        }
    }

    internal byte[] Read(uint page)
    {
        byte[] content = new byte[PageSize.Bytes];
        Assert.True(_memory.TryRead(Address(page), content));
        return content;
    }

    internal Task<byte[]> ReadAsync(uint page) =>
        Task.Factory.StartNew(
            () => Read(page), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
        .WaitAsync(RunningPager.Patience);

    internal void Write(uint page, byte[] content) => Assert.True(_memory.TryWrite(Address(page), content));

    /// <summary>Gives everything up; threads that still wait for pages get what the kernel has.</summary>
    public void Dispose()
    {
        foreach (GuestRegion region in _regions.Where(_ => !_handler.Faults.IsClosed))
        {
            _ = _handler.Faults.TryUnregister(region.Mapping, 0, region.LengthBytes);
        }
        _handler.Dispose();
    }

    private static GuestAddress Address(uint page) => new((ulong)page * PageSize.Bytes);
}
