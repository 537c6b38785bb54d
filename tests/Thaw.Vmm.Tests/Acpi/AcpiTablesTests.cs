using System.Text;
using Thaw.Vmm.Acpi;
using Thaw.Vmm.Arch.X64;

namespace Thaw.Vmm.Tests.Acpi;

public sealed class AcpiTablesTests
{
    public static TheoryData<int, int> Machines => new()
    {
        { 1, 0 }, { 1, 1 }, { 2, 3 }, { 3, 5 }, { 4, X64Layout.VirtioDeviceCountMax },
    };

    [Theory]
    [MemberData(nameof(Machines))]
    public void Build_AllTables_SumToZero(int vcpuCount, int deviceCount)
    {
        AcpiTableSet set = SampleMachine.Build(vcpuCount, deviceCount);

        Assert.Equal(["APIC", "DSDT", "FACP", "XSDT"], set.Tables.Keys.Order(StringComparer.Ordinal));
        Assert.All(set.Tables, table => Assert.Equal(0, Sum(table.Value)));
    }

    [Fact]
    public void Build_RootPointer_HasBothChecksums()
    {
        byte[] root = AcpiTables.Build(SampleMachine.Describe(), X64Layout.AcpiTables).RootPointer;

        Assert.Equal("RSD PTR ", Encoding.ASCII.GetString(root, 0, 8));
        Assert.Equal(36, root.Length);
        Assert.Equal(2, root[15]);
        // The first 20 bytes are the whole of ACPI 1.0's.
        Assert.Equal(0, Sum(root.AsSpan(0, 20)));
        Assert.Equal(0, Sum(root));
    }

    [Theory]
    [MemberData(nameof(Machines))]
    public void Build_AllTables_AreAlignedApartAndInTheirRoom(int vcpuCount, int deviceCount)
    {
        AcpiTableSet set = SampleMachine.Build(vcpuCount, deviceCount);

        (ulong Start, ulong End)[] places = [.. set.Addresses
            .Select(table => (table.Value, table.Value + (ulong)set[table.Key].Length)).OrderBy(place => place.Value)];
        Assert.All(places, place => Assert.Equal(0ul, place.Start % 16));
        Assert.All(places.Zip(places.Skip(1)), pair => Assert.True(pair.First.End <= pair.Second.Start));
        Assert.True(places[0].Start >= X64Layout.AcpiTables && places[^1].End <= X64Layout.AcpiTablesEnd);
    }

    [Fact]
    public void Build_ForAnotherAddress_MovesThePointersOnly()
    {
        AcpiDescription machine = SampleMachine.Describe();
        AcpiTableSet low = AcpiTableSet.Find(AcpiTables.Build(machine, 0x1000), 0x1000);
        AcpiTableSet high = AcpiTableSet.Find(AcpiTables.Build(machine, 0xe_0000), 0xe_0000);

        Assert.Equal(low["DSDT"], high["DSDT"]);
        Assert.Equal(low["APIC"], high["APIC"]);
        Assert.Equal(0xe_0000ul - 0x1000, high.Addresses["FACP"] - low.Addresses["FACP"]);
    }

    private static byte Sum(ReadOnlySpan<byte> bytes)
    {
        byte sum = 0;
        foreach (byte value in bytes)
        {
            sum += value;
        }
        return sum;
    }
}
