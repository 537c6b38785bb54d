using Thaw.Memory;
using Thaw.Vmm.Arch.X64;

namespace Thaw.Vmm.Tests.Arch;

public sealed class VmGenIdDeviceTests : IDisposable
{
    private static readonly byte[] s_id = [.. Enumerable.Range(1, VmGenIdDevice.IdBytes).Select(i => (byte)i)];

    private readonly GuestRamFixture _ram = new(16);

    public void Dispose() => _ram.Dispose();

    [Fact]
    public void SetId_BeforeBoot_IsInMemoryAndTellsNobody()
    {
        using VmGenIdDevice device = new(_ram.Memory);

        device.SetId(s_id);

        Assert.Equal([.. s_id, 0], _ram.Read(X64Layout.VmGenId, s_id.Length + 1));
        Assert.False(device.Interrupt.TryDrain());
    }

    [Fact]
    public void Renew_Clone_ChangesTheIdAndRaisesTheInterruptOnce()
    {
        using VmGenIdDevice device = new(_ram.Memory);
        device.SetId(new byte[VmGenIdDevice.IdBytes]);

        device.Renew(s_id);

        Assert.Equal(s_id, _ram.Read(X64Layout.VmGenId, s_id.Length));
        Assert.True(device.Interrupt.TryDrain());
        Assert.False(device.Interrupt.TryDrain());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(17)]
    public void Renew_IdOfAnotherLength_IsRefusedAndTellsNobody(int length)
    {
        using VmGenIdDevice device = new(_ram.Memory);

        Assert.Throws<MicrovmException>(() => device.Renew(new byte[length]));

        Assert.False(device.Interrupt.TryDrain());
        Assert.Equal(new byte[16], _ram.Read(X64Layout.VmGenId, 16));
    }

    [Fact]
    public void Renew_WithoutMemoryThere_IsRefused()
    {
        GuestRegion region = GuestRam.Anonymous(new GuestAddress(0), 4096);
        using VmGenIdDevice device = new(new GuestMemory(region));

        Assert.Throws<MicrovmException>(() => device.Renew(s_id));
        Assert.False(device.Interrupt.TryDrain());
        region.Mapping.Dispose();
    }

    [Fact]
    public void Renew_WhileWritesAreTracked_MarksItsPage()
    {
        using VmGenIdDevice device = new(_ram.Memory);
        DirtyBitmap writes = new(_ram.Ram[0].LengthBytes / 4096);
        _ram.Ram[0].DeviceWrites = writes;

        device.Renew(s_id);

        Assert.Equal([new PageRun(X64Layout.VmGenId / 4096, 1)], writes.Runs());
    }
}
