using DeviceBus = Thaw.Devices.Bus;

namespace Thaw.Devices.Tests.Bus;

public sealed class BusTests
{
    [Fact]
    public void Read_ClaimedAddress_GivesDeviceTheOffset()
    {
        RecordingDevice device = new();
        DeviceBus bus = DeviceBus.ForMmio();
        bus.Add(new BusRange(0x1000, 0x100), device);
        bus.Freeze();
        byte[] data = [9, 9];

        bus.Read(0x10fe, data);

        Assert.Equal([0xfe, 0], data);
        Assert.Equal(0, bus.Metrics.UnclaimedReads.Value);
    }

    [Theory]
    [InlineData(0x0fff)]
    [InlineData(0x10ff)] // two bytes, the second beyond
    [InlineData(0x1100)]
    [InlineData(ulong.MaxValue)]
    public void Read_OutsideEveryRange_IsFilledAndCounted(ulong address)
    {
        DeviceBus ports = WithOneRange(DeviceBus.ForPorts());
        DeviceBus mmio = WithOneRange(DeviceBus.ForMmio());
        byte[] fromPorts = [1, 1], fromMmio = [1, 1];

        ports.Read(address, fromPorts);
        mmio.Read(address, fromMmio);

        Assert.Equal([0xff, 0xff], fromPorts);
        Assert.Equal([0, 0], fromMmio);
        Assert.Equal(1, ports.Metrics.UnclaimedReads.Value);
    }

    [Fact]
    public void Write_ManyRanges_ReachesTheRightOne()
    {
        DeviceBus bus = DeviceBus.ForMmio();
        RecordingDevice[] devices = [.. Enumerable.Range(0, 20).Select(_ => new RecordingDevice())];
        // Added in an order that is not the order of addresses.
        for (uint i = 0; i < 20; i++)
        {
            uint slot = i * 7 % 20;
            bus.Add(new BusRange(0x1000 * slot, 0x1000), devices[slot]);
        }
        bus.Freeze();

        for (uint i = 0; i < 20; i++)
        {
            bus.Write(0x1000 * i + i, [(byte)i]);
        }

        Assert.All(devices, (device, index) => Assert.Equal([((ulong)index, (byte)index)], device.Writes));
    }

    [Fact]
    public void Write_Unclaimed_IsCounted()
    {
        DeviceBus bus = WithOneRange(DeviceBus.ForPorts());

        bus.Write(0x80, [1]);

        Assert.Equal(1, bus.Metrics.UnclaimedWrites.Value);
    }

    [Theory]
    [InlineData(0x1000, 1)]
    [InlineData(0x10ff, 1)]
    [InlineData(0x0, 0x1001)]
    [InlineData(0x2000, 0)]
    [InlineData(ulong.MaxValue, 2)]
    public void Add_OverlappingEmptyOrWrappingRange_IsRefused(ulong start, ulong length)
    {
        DeviceBus bus = DeviceBus.ForMmio();
        bus.Add(new BusRange(0x1000, 0x100), new RecordingDevice());

        Assert.Throws<InvalidOperationException>(() => bus.Add(new BusRange(start, length), new RecordingDevice()));
    }

    [Fact]
    public void Add_AfterFreeze_IsRefused()
    {
        DeviceBus bus = WithOneRange(DeviceBus.ForMmio());

        Assert.Throws<InvalidOperationException>(() => bus.Add(new BusRange(0, 1), new RecordingDevice()));
    }

    private static DeviceBus WithOneRange(DeviceBus bus)
    {
        bus.Add(new BusRange(0x1000, 0x100), new RecordingDevice());
        bus.Freeze();
        return bus;
    }

    private sealed class RecordingDevice : IBusDevice
    {
        internal List<(ulong Offset, byte First)> Writes { get; } = [];

        public void Read(ulong offset, Span<byte> data) => data[0] = (byte)offset;

        public void Write(ulong offset, ReadOnlySpan<byte> data) => Writes.Add((offset, data[0]));
    }
}
