using Thaw.Memory;
using Thaw.Vmm.Machine;

namespace Thaw.Vmm.Tests;

/// <summary>A microVM's memory without the microVM.</summary>
internal sealed class GuestRamFixture : IDisposable
{
    internal GuestRamFixture(int memoryMib)
    {
        Ram = GuestRamLayout.Allocate(memoryMib);
        Memory = new GuestMemory([.. Ram]);
    }

    internal IReadOnlyList<GuestRegion> Ram { get; }

    internal GuestMemory Memory { get; }

    internal byte[] Read(ulong address, int count)
    {
        byte[] bytes = new byte[count];
        Assert.True(Memory.TryRead(new GuestAddress(address), bytes));
        return bytes;
    }

    public void Dispose()
    {
        foreach (GuestRegion region in Ram)
        {
            region.Mapping.Dispose();
        }
    }
}
