using Thaw.Devices.Tests.Harness;
using Thaw.Devices.Virtio;
using Thaw.Snapshot;

namespace Thaw.Devices.Tests.Virtio;

public sealed class VirtioMmioTransportTests : IDisposable
{
    private const VirtioStatus Ready =
        VirtioStatus.Acknowledge | VirtioStatus.Driver | VirtioStatus.FeaturesOk | VirtioStatus.DriverOk;

    private readonly EchoDevice _device = new();
    private readonly TestDriver _driver;

    public VirtioMmioTransportTests() => _driver = new TestDriver(_device);

    public void Dispose() => _driver.Dispose();

    [Fact]
    public void Registers_AfterPowerOn_IdentifyTheDevice()
    {
        Assert.Equal(0x74726976u, _driver.Read32(0x000));
        Assert.Equal(2u, _driver.Read32(0x004));
        Assert.Equal(4u, _driver.Read32(0x008));
        Assert.Equal(0x5UL | VirtioFeatures.Transport, _driver.ReadDeviceFeatures());
        Assert.Equal(256u, _driver.Read32(0x034));
        Assert.Equal(0u, _driver.Read32(0x070));
        // No shared memory: length and base are all ones.
        Assert.Equal(uint.MaxValue, _driver.Read32(0x0b0));
        Assert.Equal(uint.MaxValue, _driver.Read32(0x0bc));
    }

    [Fact]
    public void Initialisation_AsInTheSpecification_ActivatesOnce()
    {
        _driver.Start();

        Assert.Equal(Ready, _driver.Status);
        Assert.Equal(1, _device.Activations);
        Assert.Equal(0x5UL | VirtioFeatures.Transport, _device.Context!.AckedFeatures);
    }

    [Fact]
    public void QueueSelector_BeyondTheQueues_ReadsAsAbsent()
    {
        _driver.Write32(0x30, 2);

        Assert.Equal(0u, _driver.Read32(0x34));
        Assert.Equal(0u, _driver.Read32(0x44));
    }

    [Fact]
    public void Features_WithoutVersion1_AreNotAccepted()
    {
        _driver.Negotiate(VirtioFeatures.EventIndex);

        Assert.Equal(VirtioStatus.Acknowledge | VirtioStatus.Driver, _driver.Status);
    }

    [Fact]
    public void Features_NotOffered_AreNotAccepted()
    {
        _driver.Write32(0x70, 1);
        _driver.Write32(0x70, 3);
        _driver.Write32(0x24, 1);
        _driver.Write32(0x20, 0x8000_0001);
        _driver.Write32(0x70, 11);

        Assert.Equal(VirtioStatus.Acknowledge | VirtioStatus.Driver, _driver.Status);
    }

    [Fact]
    public void Features_AfterNegotiation_AreFixed()
    {
        _driver.Start(VirtioFeatures.Version1);
        _driver.Write32(0x24, 0);
        _driver.Write32(0x20, 0xffff_ffff);

        Assert.Equal(VirtioFeatures.Version1, _device.Context!.AckedFeatures);
    }

    [Theory]
    [InlineData(2)] // DRIVER without ACKNOWLEDGE
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(15)] // everything at once
    [InlineData(64)] // the device's own bit
    public void Status_OutOfOrder_IsIgnored(uint status)
    {
        _driver.Write32(0x70, status);

        Assert.Equal(VirtioStatus.None, _driver.Status);
        Assert.Equal(0, _device.Activations);
    }

    [Fact]
    public void Status_ClearingABit_IsIgnored()
    {
        _driver.Start();

        _driver.Write32(0x70, 3);

        Assert.Equal(Ready, _driver.Status);
    }

    [Fact]
    public void Status_Failed_StopsTheDevice()
    {
        _driver.Start();
        _driver.Write32(0x70, (uint)(Ready | VirtioStatus.Failed));
        _driver.Queues[0].Add(_driver.Memory.Writable(8));

        _driver.Write32(0x50, 0);
        _driver.RunUntilIdle();

        Assert.Equal(0, _driver.Queues[0].DeviceUsedIndex);
    }

    [Fact]
    public void Reset_EverythingIsAsAfterPowerOn()
    {
        _driver.Start();
        _driver.Complete(0, _driver.Queues[0].Add(_driver.Memory.Writable(8)));

        _driver.Write32(0x70, 0);

        Assert.Equal(VirtioStatus.None, _driver.Status);
        Assert.Equal(1 + 1, _device.Resets); // one when the driver started, as drivers do
        Assert.Equal(0u, _driver.Read32(0x60));
        Assert.Equal(0u, _driver.Read32(0x44));
        Assert.Equal(0UL, _device.Context!.AckedFeatures);
        _driver.Start();
        _driver.Complete(1, _driver.Queues[1].Add(_driver.Memory.Writable(8)));
    }

    [Fact]
    public void Notify_BeforeDriverOk_DoesNothing()
    {
        _driver.Negotiate(TestDriver.AllFeatures);
        _driver.SetUpQueues(usesEventIndex: true);
        _driver.Queues[0].Add(_driver.Memory.Writable(8));

        _driver.Write32(0x50, 0);
        _driver.RunUntilIdle();

        Assert.Equal(0, _driver.Queues[0].DeviceUsedIndex);
    }

    [Fact]
    public void Notify_ByTheQueueEvent_IsTheSameAsByRegister()
    {
        // This is what KVM's ioeventfd does.
        _driver.Start();
        _driver.Queues[1].Add(_driver.Memory.Writable(8));

        _driver.Transport.QueueEvents[1].Signal();
        _driver.RunUntilIdle();

        Assert.Equal(1, _driver.Queues[1].DeviceUsedIndex);
    }

    [Fact]
    public void Queue_UnusableAddress_AsksForReset()
    {
        _driver.Negotiate(TestDriver.AllFeatures);
        _driver.SetUpQueues(usesEventIndex: true);
        _driver.Write32(0x30, 1);
        _driver.Write32(0x44, 0);
        _driver.Write64(0x90, _driver.Memory.End - 8);
        _driver.Write32(0x44, 1);

        _driver.Write32(0x70, (uint)Ready);

        Assert.Equal(Ready | VirtioStatus.NeedsReset, _driver.Status);
        Assert.Equal(0, _device.Activations);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(3u)]
    [InlineData(512u)]
    [InlineData(0x10100u)]
    public void Queue_InvalidSize_IsIgnored(uint size)
    {
        _driver.Negotiate(TestDriver.AllFeatures);
        _driver.Write32(0x30, 0);

        _driver.Write32(0x38, size);

        Assert.Equal(256, _device.Context!.Queues[0].Size);
        Assert.Equal(1, _driver.Transport.Metrics.BadAccesses.Value);
    }

    [Fact]
    public void Queue_AfterDriverOk_CannotBeMoved()
    {
        _driver.Start();
        _driver.Write32(0x30, 0);

        _driver.Write32(0x44, 0);
        _driver.Write64(0x80, 0);

        Assert.Equal(1u, _driver.Read32(0x44));
        _driver.Complete(0, _driver.Queues[0].Add(_driver.Memory.Writable(8)));
    }

    [Fact]
    public void Config_AnyWidth_GoesToTheDevice()
    {
        byte[] data = new byte[2];
        _driver.Transport.Read(0x107, data);
        Assert.Equal([8, 8], data);

        _driver.Transport.Write(0x103, [1]);
        Assert.Empty(_device.ConfigWrites);
        _driver.Start();
        _driver.Transport.Write(0x103, [1, 2]);

        (ulong offset, byte[] written) = Assert.Single(_device.ConfigWrites);
        Assert.Equal(3UL, offset);
        Assert.Equal([1, 2], written);
    }

    [Fact]
    public void ConfigChange_ChangesGenerationAndInterrupts()
    {
        _driver.Start();
        uint before = _driver.Read32(0xfc);

        lock (_device.Context!.Gate)
        {
            _device.Context.ConfigChanged();
        }

        Assert.NotEqual(before, _driver.Read32(0xfc));
        Assert.Equal(2u, _driver.Read32(0x60));
        Assert.Equal(1, _driver.Interrupt.Count);
    }

    [Fact]
    public void State_WithWorkUnderWay_ContinuesAfterRestore()
    {
        _driver.Start();
        GuestBuffer answer = _driver.Memory.Writable(3);
        _driver.Complete(0, _driver.Queues[0].Add(_driver.Memory.Readable("one"u8), answer));
        // Notified but not processed: the event's count is not saved.
        ushort head = _driver.Queues[0].Add(_driver.Memory.Readable("two"u8), answer);
        _driver.Notify(0);
        EchoDevice device = new();

        using TestDriver restored = _driver.Restore(device);
        restored.Transport.Kick();

        Assert.Equal(1, restored.Interrupt.Count); // the first chain's was not acknowledged
        Assert.Equal(1, device.Activations);
        Assert.Equal(Ready, restored.Status);
        restored.RunUntil(() => restored.Queues[0].DeviceUsedIndex == 2, "the second chain is used");
        Assert.Equal("two"u8.ToArray(), _driver.Memory.Read(answer));
        Assert.True(restored.Queues[0].TryTakeUsed(out ushort used, out _));
        Assert.Equal(head, used);
    }

    [Fact]
    public void State_BeforeTheDriverCame_Restores()
    {
        using TestDriver restored = _driver.Restore(new EchoDevice());
        restored.Transport.Kick();
        restored.RunUntilIdle();

        restored.Start();
        restored.Complete(0, restored.Queues[0].Add(_driver.Memory.Writable(8)));
    }

    [Fact]
    public void State_ThatDoesNotFit_IsRefused()
    {
        _driver.Start();
        VirtioMmioState good = _driver.Transport.SaveState();
        VirtQueueState queue = good.Queues[0];

        AssertRefused(good with { DeviceType = VirtioDeviceType.Block }, "Block");
        AssertRefused(good with { Queues = [queue] }, "1 queues");
        AssertRefused(good with { Status = (VirtioStatus)0x100 }, "status");
        AssertRefused(good with { InterruptStatus = 4 }, "interrupt status");
        AssertRefused(good with { AckedFeatures = 1UL << 60 }, "features");
        AssertRefused(good with { Queues = [queue with { Size = 3 }, good.Queues[1]] }, "queue of 3");
        AssertRefused(good with { Queues = [queue with { UsedRing = 2 }, good.Queues[1]] }, "0x2");
        AssertRefused(good with { Queues = [queue with { NextAvailable = 999 }, good.Queues[1]] }, "999");
    }

    [Fact]
    public void State_TruncatedOrTooManyQueues_IsRefused()
    {
        StateWriter writer = new();
        _driver.Transport.SaveState().Encode(writer);
        for (int length = 0; length < writer.Length; length++)
        {
            StateReader reader = new("test", writer.ToMemory()[..length]);
            Assert.Throws<SnapshotException>(() => VirtioMmioState.Decode(reader, 1));
        }
    }

    private void AssertRefused(VirtioMmioState state, string why)
    {
        VirtioMmioArgs args = new(new EchoDevice(), _driver.Memory.Guest, new TestInterrupt());
        SnapshotException refused = Assert.Throws<SnapshotException>(() => VirtioMmioTransport.Restore(state, args));
        Assert.Equal(SnapshotFault.StateMismatch, refused.Fault);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }
}
