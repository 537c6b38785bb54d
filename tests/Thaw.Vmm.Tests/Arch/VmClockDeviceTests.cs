using System.Buffers.Binary;
using Thaw.Memory;
using Thaw.Vmm.Arch.X64;

namespace Thaw.Vmm.Tests.Arch;

public sealed class VmClockDeviceTests : IDisposable
{
    private readonly GuestRamFixture _ram = new(16);

    public void Dispose() => _ram.Dispose();

    [Fact]
    public void Create_BeforeBoot_IsThePageOfTheSpecification()
    {
        new VmClockDevice(_ram.Memory).Create();

        // magic, size, version 1, no counter, then everything zero but the flags of generation and notification.
        Assert.Equal(
            "56434c4b" + "00100000" + "0100" + "ff" + "00" + "00000000" + "0000000000000000" + "0003000000000000",
            Convert.ToHexStringLower(_ram.Read(X64Layout.VmClock, 32)));
        Assert.Equal(new byte[4096 - 32], _ram.Read(X64Layout.VmClock + 32, 4096 - 32));
    }

    [Fact]
    public void Renew_Clone_CountsOnAndIsConsistent()
    {
        VmClockDevice device = new(_ram.Memory);
        device.Create();

        device.Renew();
        device.Renew();

        byte[] page = _ram.Read(X64Layout.VmClock, VmClockDevice.StructBytes);
        Assert.Equal(4u, BinaryPrimitives.ReadUInt32LittleEndian(page.AsSpan(VmClockDevice.SequenceOffset)));
        Assert.Equal(2ul, BinaryPrimitives.ReadUInt64LittleEndian(page.AsSpan(VmClockDevice.DisruptionOffset)));
        Assert.Equal(2ul, BinaryPrimitives.ReadUInt64LittleEndian(page.AsSpan(VmClockDevice.GenerationOffset)));
    }

    [Fact]
    public void Renew_WhereTheGuestWroteAnything_CountsOnFromThat()
    {
        VmClockDevice device = new(_ram.Memory);
        byte[] guests = [.. Enumerable.Repeat((byte)0xff, VmClockDevice.StructBytes)];
        Assert.True(_ram.Memory.TryWrite(new GuestAddress(X64Layout.VmClock), guests));

        device.Renew();

        byte[] page = _ram.Read(X64Layout.VmClock, VmClockDevice.StructBytes);
        Assert.Equal(VmClockDevice.Magic, BinaryPrimitives.ReadUInt32LittleEndian(page));
        Assert.Equal(0u, BinaryPrimitives.ReadUInt32LittleEndian(page.AsSpan(VmClockDevice.SequenceOffset)));
        Assert.Equal(0ul, BinaryPrimitives.ReadUInt64LittleEndian(page.AsSpan(VmClockDevice.GenerationOffset)));
    }

    [Fact]
    public void Renew_WithoutMemoryThere_IsRefused()
    {
        GuestRegion region = GuestRam.Anonymous(new GuestAddress(0), 4096);

        Assert.Throws<MicrovmException>(() => new VmClockDevice(new GuestMemory(region)).Renew());

        region.Mapping.Dispose();
    }
}
