using Thaw.Memory;
using Thaw.Vmm.Machine;

namespace Thaw.Vmm.Tests.Machine;

public sealed class GuestRamLayoutTests
{
    private const ulong Mib = 1 << 20;

    [Theory]
    [InlineData(1)]
    [InlineData(128)]
    [InlineData(3072)]
    public void For_UpToTheDeviceHole_IsOneRange(int memoryMib) =>
        Assert.Equal([(0ul, (ulong)memoryMib * Mib)], GuestRamLayout.For(memoryMib));

    [Theory]
    [InlineData(3073)]
    [InlineData(4096)]
    [InlineData(5120)]
    [InlineData(65536)]
    public void For_More_GoesOnAt4Gib(int memoryMib) =>
        Assert.Equal(
            [(0ul, 3072 * Mib), (4096 * Mib, ((ulong)memoryMib - 3072) * Mib)], GuestRamLayout.For(memoryMib));

    [Theory]
    [InlineData(16)]
    [InlineData(5120)]
    public void Allocate_Regions_AreWritableZeroMemoryInTheseRanges(int memoryMib)
    {
        using GuestRamFixture ram = new(memoryMib);

        Assert.Equal(
            GuestRamLayout.For(memoryMib), ram.Ram.Select(region => (region.Start.Value, region.LengthBytes)));
        Assert.All(ram.Ram, region =>
        {
            GuestAddress last = region.End.Add(unchecked((ulong)-8));
            Assert.True(ram.Memory.TryLoad(last, out ulong value));
            Assert.Equal(0ul, value);
            Assert.True(ram.Memory.TryStore(last, 1ul));
            Assert.Null(region.DeviceWrites);
        });
    }
}
