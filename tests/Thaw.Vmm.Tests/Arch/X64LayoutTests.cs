using Thaw.Vmm.Arch.X64;

namespace Thaw.Vmm.Tests.Arch;

public sealed class X64LayoutTests
{
    [Fact]
    public void LowMemory_Parts_DoNotOverlap()
    {
        (ulong Start, ulong LengthBytes)[] parts =
        [
            (X64Layout.Gdt, 4 * 8),
            (X64Layout.Idt, 8),
            (X64Layout.BootParams, 4096),
            (X64Layout.BootStack - 0xff0, 0xff0),
            (X64Layout.PageTables, 3 * 4096),
            (X64Layout.CommandLine, X64Layout.CommandLineBytesMax),
            (X64Layout.Rsdp, 36),
            (X64Layout.AcpiTables, X64Layout.AcpiTablesEnd - X64Layout.AcpiTables),
            (X64Layout.VmGenId, 4096),
            (X64Layout.VmClock, 4096),
            (X64Layout.HighMemory, 0),
        ];

        Assert.All(
            parts.Zip(parts.Skip(1)),
            pair => Assert.True(pair.First.Start + pair.First.LengthBytes <= pair.Second.Start, $"{pair}"));
    }

    [Fact]
    public void Devices_All_AreInTheHoleWithInterruptsOfTheirOwn()
    {
        int[] all = [.. Enumerable.Range(0, X64Layout.VirtioDeviceCountMax)];

        Assert.All(all, index => Assert.InRange(
            X64Layout.VirtioWindow(index).Value, X64Layout.MmioHole, X64Layout.IoApic - X64Layout.VirtioMmioBytes));
        Assert.Equal(all.Length, all.Select(index => X64Layout.VirtioWindow(index)).Distinct().Count());
        uint[] lines = [.. all.Select(X64Layout.VirtioGsi), X64Layout.SerialGsi, X64Layout.GenericEventGsi];
        Assert.Equal(lines.Length, lines.Distinct().Count());
        Assert.Equal(X64Layout.LastGsi, lines.Max());
    }
}
