using Thaw.Devices.Tests.Harness;
using Thaw.Devices.Virtio;
using Thaw.Devices.Virtio.Rng;

namespace Thaw.Devices.Tests.Virtio;

public sealed class VirtQueueTests : IDisposable
{
    private readonly EchoDevice _device = new();
    private readonly TestDriver _driver;

    public VirtQueueTests() => _driver = new TestDriver(_device);

    private TestMemory Memory => _driver.Memory;

    private TestVirtQueue Queue => _driver.Queues[0];

    public void Dispose() => _driver.Dispose();

    [Theory]
    [InlineData(TestDriver.AllFeatures)]
    [InlineData(VirtioFeatures.Version1)]
    [InlineData(VirtioFeatures.Version1 | VirtioFeatures.EventIndex)]
    public void Chain_ScatteredBuffers_IsEchoed(ulong features)
    {
        _driver.Start(features);
        GuestBuffer[] answer = [Memory.Writable(3), Memory.Writable(0), Memory.Writable(8)];

        ushort head = Queue.Add([Memory.Readable("hel"u8), Memory.Readable("lo world"u8), .. answer]);

        Assert.Equal(11u, _driver.Complete(0, head));
        Assert.Equal("hel"u8.ToArray(), Memory.Read(answer[0]));
        Assert.Equal("lo world"u8.ToArray(), Memory.Read(answer[2]));
    }

    [Fact]
    public void Chain_Indirect_IsEchoed()
    {
        _driver.Start();
        GuestBuffer answer = Memory.Writable(5);

        ushort head = Queue.AddIndirect(Memory.Readable("hello"u8), answer);

        Assert.Equal(5u, _driver.Complete(0, head));
        Assert.Equal("hello"u8.ToArray(), Memory.Read(answer));
    }

    [Fact]
    public void Ring_ManyTimesAround_ReturnsEveryChainInOrder()
    {
        _driver.Start();
        GuestBuffer question = Memory.Readable("ab"u8);
        GuestBuffer answer = Memory.Writable(2);
        // Over 65536, so that the 16-bit indices wrap too.
        for (int round = 0; round < 700; round++)
        {
            Queue<ushort> heads = new();
            while (Queue.FreeCount >= 2)
            {
                heads.Enqueue(Queue.Add(question, answer));
            }
            _driver.Notify(0);
            _driver.RunUntil(() => TakeAll(heads), "all chains are back");
        }
        Assert.Equal(unchecked((ushort)(700 * 128)), Queue.DeviceUsedIndex);
    }

    [Fact]
    public void Chains_InSteadyState_AllocateNothing()
    {
        using TestMemory memory = new();
        using TestDriver driver = new(new RngDevice(new SilentSource()), memory);
        driver.Start();
        GuestBuffer answer = memory.Writable(64);
        // The first turn is for what is made once.
        Fill(driver, answer);
        driver.RunUntilIdle();
        Fill(driver, answer);
        long before = GC.GetAllocatedBytesForCurrentThread();

        driver.Transport.Device.ProcessQueue(0);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(512, driver.Queues[0].DeviceUsedIndex);
    }

    [Fact]
    public void EventIndex_DriverWantsOneInterruptForMany_GetsOne()
    {
        _driver.Start();
        GuestBuffer answer = Memory.Writable(2);
        Queue.WantInterruptAfter(10);

        for (int i = 0; i < 9; i++)
        {
            Queue.Add(answer);
            _driver.Write32(0x50, 0);
            _driver.RunUntilIdle();
        }
        Assert.Equal(0, _driver.Interrupt.Count);
        Queue.Add(answer);
        _driver.Write32(0x50, 0);
        _driver.RunUntilIdle();

        Assert.Equal(1, _driver.Interrupt.Count);
        Assert.Equal(1u, _driver.Read32(0x60));
        _driver.Write32(0x64, 1);
        Assert.Equal(0u, _driver.Read32(0x60));
    }

    [Fact]
    public void EventIndex_DeviceAtRest_WantsTheNextNotificationOnly()
    {
        _driver.Start();
        GuestBuffer answer = Memory.Writable(2);

        ushort head = Queue.Add(answer);
        Assert.True(Queue.TakeNeedsNotify());
        _driver.Write32(0x50, 0);
        Queue.Add(answer);
        // The device has not asked again yet.
        Assert.False(Queue.TakeNeedsNotify());
        _driver.RunUntilIdle();

        Assert.True(Queue.TryTakeUsed(out ushort first, out _));
        Assert.Equal(head, first);
        Assert.True(Queue.TryTakeUsed(out _, out _));
        Queue.Add(answer);
        Assert.True(Queue.TakeNeedsNotify());
    }

    [Fact]
    public void NoEventIndex_FlagSuppressesInterrupts()
    {
        _driver.Start(VirtioFeatures.Version1);
        GuestBuffer answer = Memory.Writable(2);
        Queue.SuppressInterrupts(true);
        _driver.Complete(0, Queue.Add(answer));
        Assert.Equal(0, _driver.Interrupt.Count);

        Queue.SuppressInterrupts(false);
        _driver.Complete(0, Queue.Add(answer));

        Assert.Equal(1, _driver.Interrupt.Count);
    }

    [Theory]
    [InlineData("loop")]
    [InlineData("next out of table")]
    [InlineData("address outside memory")]
    [InlineData("address wraps")]
    [InlineData("readable after writable")]
    [InlineData("indirect inside indirect")]
    [InlineData("indirect of odd length")]
    [InlineData("indirect of no length")]
    [InlineData("indirect outside memory")]
    [InlineData("indirect with next")]
    [InlineData("too many indirect")]
    [InlineData("head out of table")]
    [InlineData("available index too far")]
    [InlineData("more than 4 GiB")]
    public void BrokenRing_AsksForResetAndNothingElse(string how)
    {
        _driver.Start();
        Break(how);

        _driver.Write32(0x50, 0);
        _driver.RunUntilIdle();

        Assert.Equal(VirtioStatus.NeedsReset, _driver.Status & VirtioStatus.NeedsReset);
        Assert.Equal(2u, _driver.Read32(0x60));
        Assert.Equal(1, _driver.Interrupt.Count);
        Assert.Equal(0, Queue.DeviceUsedIndex);
        Assert.NotNull(_driver.Transport.BrokenReason);

        // A reset heals it.
        _driver.Start();
        GuestBuffer answer = Memory.Writable(2);
        Assert.Equal(2u, _driver.Complete(0, Queue.Add(Memory.Readable("ok"u8), answer)));
    }

    [Fact]
    public void Indirect_NotNegotiated_BreaksTheQueue()
    {
        _driver.Start(VirtioFeatures.Version1);
        Queue.AddIndirect(Memory.Writable(2));

        _driver.Write32(0x50, 0);
        _driver.RunUntilIdle();

        Assert.Equal(VirtioStatus.NeedsReset, _driver.Status & VirtioStatus.NeedsReset);
    }

    private static void Fill(TestDriver driver, GuestBuffer answer)
    {
        while (driver.Queues[0].TryTakeUsed(out _, out _))
        {
        }
        while (driver.Queues[0].FreeCount > 0)
        {
            driver.Queues[0].Add(answer);
        }
        driver.Notify(0);
    }

    private void Break(string how)
    {
        GuestBuffer good = Memory.Writable(16);
        ulong table = Memory.Allocate(16 * 2048);
        switch (how)
        {
            case "loop":
                Put(0, good, TestVirtQueue.FlagWrite | TestVirtQueue.FlagNext, 1);
                Put(1, good, TestVirtQueue.FlagWrite | TestVirtQueue.FlagNext, 0);
                break;
            case "next out of table":
                Put(0, good, TestVirtQueue.FlagWrite | TestVirtQueue.FlagNext, 256);
                break;
            case "address outside memory":
                Put(0, good with { Address = Memory.End - 15 }, TestVirtQueue.FlagWrite, 0);
                break;
            case "address wraps":
                Put(0, good with { Address = ulong.MaxValue - 7 }, TestVirtQueue.FlagWrite, 0);
                break;
            case "readable after writable":
                Put(0, good, TestVirtQueue.FlagWrite | TestVirtQueue.FlagNext, 1);
                Put(1, good, 0, 0);
                break;
            case "indirect inside indirect":
                Put(0, new GuestBuffer(table, 32, false), TestVirtQueue.FlagIndirect, 0);
                Queue.WriteDescriptor(table, 0, new GuestBuffer(table, 32, false), TestVirtQueue.FlagIndirect, 0);
                break;
            case "indirect of odd length":
                Put(0, new GuestBuffer(table, 24, false), TestVirtQueue.FlagIndirect, 0);
                break;
            case "indirect of no length":
                Put(0, new GuestBuffer(table, 0, false), TestVirtQueue.FlagIndirect, 0);
                break;
            case "indirect outside memory":
                Put(0, new GuestBuffer(Memory.End - 16, 32, false), TestVirtQueue.FlagIndirect, 0);
                break;
            case "indirect with next":
                Put(0, new GuestBuffer(table, 16, false), TestVirtQueue.FlagIndirect | TestVirtQueue.FlagNext, 1);
                break;
            case "too many indirect":
                Put(0, new GuestBuffer(table, 16 * 1025, false), TestVirtQueue.FlagIndirect, 0);
                break;
            case "more than 4 GiB":
                GuestBuffer large = new(TestMemory.Start, (uint)(Memory.End - TestMemory.Start), true);
                for (ushort i = 0; i < 256; i++)
                {
                    Queue.WriteDescriptor(table, i, large, 3, (ushort)(i + 1));
                }
                Put(0, new GuestBuffer(table, 16 * 257, false), TestVirtQueue.FlagIndirect, 0);
                break;
            case "head out of table":
                Queue.Publish(256, []);
                return;
            case "available index too far":
                Queue.SetAvailableIndex(257);
                return;
            default:
                throw new ArgumentException(how);
        }
        Queue.Publish(0, []);
    }

    private void Put(ushort index, GuestBuffer buffer, int flags, ushort next) =>
        Queue.WriteDescriptor(Queue.Table, index, buffer, (ushort)flags, next);

    private sealed class SilentSource : IEntropySource
    {
        public bool TryFill(Span<byte> buffer) => true;
    }

    private bool TakeAll(Queue<ushort> heads)
    {
        while (Queue.TryTakeUsed(out ushort head, out uint written))
        {
            Assert.Equal(heads.Dequeue(), head);
            Assert.Equal(2u, written);
        }
        return heads.Count == 0;
    }
}
