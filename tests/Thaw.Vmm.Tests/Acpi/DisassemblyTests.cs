using System.Text.RegularExpressions;
using Thaw.Vmm.Arch.X64;

namespace Thaw.Vmm.Tests.Acpi;

/// <summary>What ACPICA, whose interpreter is the guest kernel's too, finds in the tables.</summary>
public sealed class DisassemblyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(X64Layout.VirtioDeviceCountMax)]
    public void Dsdt_VirtioDevices_HaveTheirWindowsAndInterrupts(int deviceCount)
    {
        string text = Disassemble("DSDT", deviceCount: deviceCount);

        Assert.Equal(deviceCount, Regex.Count(text, "LNRO0005"));
        Assert.All(Enumerable.Range(0, deviceCount), index =>
        {
            string device = DeviceText(text, $"V{index:X3}");
            Assert.Contains("Name (_HID, \"LNRO0005\")", device, StringComparison.Ordinal);
            Assert.Matches($@"Name \(_UID, {Integer(index)}\)", device);
            Assert.Contains("Name (_CCA, One)", device, StringComparison.Ordinal);
            string window = $"0x{0xc000_1000 + 0x1000 * index:X8}";
            Assert.Matches($@"Memory32Fixed \(ReadWrite,\s+{window},[^)]*\s+0x00001000,", device);
            Assert.Matches(EdgeInterrupt(6 + index), device);
        });
    }

    [Fact]
    public void Dsdt_Compiled_GivesTheSameBytes()
    {
        byte[] table = SampleMachine.Build(deviceCount: X64Layout.VirtioDeviceCountMax)["DSDT"];
        Iasl.Disassemble(_folder, "DSDT", table);

        byte[] again = Iasl.Compile(_folder, "DSDT");

        // Behind the header, which names the compiler.
        Assert.Equal(table[36..], again[36..]);
    }

    [Fact]
    public void Dsdt_SerialPort_IsCom1()
    {
        string device = DeviceText(Disassemble("DSDT"), "COM1");

        Assert.Contains("EisaId (\"PNP0501\")", device, StringComparison.Ordinal);
        Assert.Matches(@"IO \(Decode16,\s+0x03F8,[^)]*\s+0x03F8,[^)]*\s+0x00,[^)]*\s+0x08,", device);
        Assert.Matches(EdgeInterrupt(4), device);
    }

    [Fact]
    public void Dsdt_VmGenId_SaysWhereAndIsNotified()
    {
        string text = Disassemble("DSDT");
        string id = DeviceText(text, "VGEN");
        string events = DeviceText(text, "GED");

        Assert.Contains("Name (_HID, \"VMGENCTR\")", id, StringComparison.Ordinal);
        Assert.Contains("Name (_CID, \"VM_Gen_Counter\")", id, StringComparison.Ordinal);
        Assert.Matches(@"Name \(ADDR, Package \(0x02\)[^{]*{\s+0x000F0000,\s+Zero\s+}\)", id);
        Assert.Contains("Name (_HID, \"ACPI0013\"", events, StringComparison.Ordinal);
        Assert.Matches(EdgeInterrupt(5), events);
        Assert.Matches(
            @"Method \(_EVT, 1, NotSerialized\)[^{]*{\s+If \(\(Arg0 == 0x05\)\)\s+{\s+"
            + @"Notify \(\\_SB\.VGEN, 0x80\)[^\n]*\n\s+Notify \(\\_SB\.VCLK, 0x80\)",
            events);
    }

    [Fact]
    public void Dsdt_VmClock_SaysWhereItsPageIs()
    {
        string device = DeviceText(Disassemble("DSDT"), "VCLK");

        Assert.Contains("Name (_HID, \"AMZNC10C\")", device, StringComparison.Ordinal);
        Assert.Contains("Name (_CID, \"VMCLOCK\")", device, StringComparison.Ordinal);
        Assert.Matches(@"Memory32Fixed \(ReadWrite,\s+0x000F1000,[^)]*\s+0x00001000,", device);
    }

    [Fact]
    public void Dsdt_SoftOff_IsThePowerDevicesSleepType() =>
        Assert.Matches(
            @"Name \(\\?_S5, Package \(0x04\)[^{]*{\s+0x05,\s+Zero,\s+Zero,\s+Zero\s+}\)", Disassemble("DSDT"));

    [Fact]
    public void Fadt_HardwareReduced_HasResetAndSleepRegisters()
    {
        string text = Disassemble("FACP");

        Assert.Equal("1", Field(text, @"Hardware Reduced \(V5\)"));
        Assert.Equal("1", Field(text, @"Reset Register Supported \(V2\)"));
        Assert.Equal("1", Field(text, @"WBINVD instruction is operational \(V1\)"));
        Assert.Equal("1", Field(text, @"Control Method Power Button \(V1\)"));
        Assert.Equal("1", Field(text, @"Control Method Sleep Button \(V1\)"));
        Assert.Equal("1", Field(text, @"CMOS RTC Not Present \(V5\)"));
        Assert.Equal("1", Field(text, @"VGA Not Present \(V4\)"));
        Assert.Equal("1", Field(text, @"MSI Not Supported \(V4\)"));
        Assert.Equal("01", Field(text, "Value to cause reset"));
        Assert.Equal("0000000000000602", Register(text, "Reset Register"));
        Assert.Equal("0000000000000600", Register(text, "Sleep Control Register"));
        Assert.Equal("0000000000000601", Register(text, "Sleep Status Register"));
    }

    [Fact]
    public void Fadt_DsdtAddress_IsInBothFields()
    {
        AcpiTableSet set = SampleMachine.Build();

        string text = Iasl.Disassemble(_folder, "FACP", set["FACP"]);

        ulong address = set.Addresses["DSDT"];
        Assert.Matches($@"DSDT Address : {address:X8}\n", text);
        Assert.Matches($@"DSDT Address : {address:X16}\n", text);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Madt_Processors_AreAllEnabledWithTheirIds(int vcpuCount)
    {
        string text = Disassemble("APIC", vcpuCount);

        Assert.Equal("FEE00000", Field(text, "Local Apic Address"));
        Assert.Equal(vcpuCount, Regex.Count(text, @"Subtable Type : 00 \[Processor Local APIC\]"));
        Assert.Equal(vcpuCount, Regex.Count(text, "Processor Enabled : 1"));
        Assert.All(Enumerable.Range(0, vcpuCount), id =>
        {
            Assert.Matches($@"Processor ID : {id:X2}\n", text);
            Assert.Matches($@"Local Apic ID : {id:X2}\n", text);
        });
        Assert.Equal(1, Regex.Count(text, @"Subtable Type : 01 \[I/O APIC\]"));
        Assert.Matches(@" Address : FEC00000\n", text);
        Assert.Matches(@"Interrupt : 00000000\n", text);
    }

    [Fact]
    public void Xsdt_Entries_AreFadtAndMadt()
    {
        AcpiTableSet set = SampleMachine.Build();

        string text = Iasl.Disassemble(_folder, "XSDT", set["XSDT"]);

        Assert.Equal(
            [set.Addresses["FACP"].ToString("X16"), set.Addresses["APIC"].ToString("X16")],
            Regex.Matches(text, @"ACPI Table Address\s+\d+ : ([0-9A-F]{16})").Select(match => match.Groups[1].Value));
    }

    private string Disassemble(string signature, int vcpuCount = 1, int deviceCount = 3) =>
        Iasl.Disassemble(_folder, signature, SampleMachine.Build(vcpuCount, deviceCount)[signature]);

    /// <summary>From the device's opening to the brace of the same indentation.</summary>
    private static string DeviceText(string text, string name)
    {
        Match match = Regex.Match(
            text, $@"^( +)Device \({name}\)\n.*?^\1}}", RegexOptions.Multiline | RegexOptions.Singleline);
        Assert.True(match.Success, $"No device {name} in:\n{text}");
        return match.Value;
    }

    private static string EdgeInterrupt(int gsi) =>
        $@"Interrupt \(ResourceConsumer, Edge, ActiveHigh, Exclusive[^)]*\)\s+{{\s+0x{gsi:X8},";

    private static string Integer(int value) => value switch
    {
        0 => "Zero",
        1 => "One",
        _ => $"0x{value:X2}",
    };

    private static string Field(string text, string name)
    {
        Match match = Regex.Match(text, $@"{name} : ([0-9A-F]+)\n");
        Assert.True(match.Success, $"No field {name} in:\n{text}");
        return match.Groups[1].Value;
    }

    /// <summary>The address in a generic address structure: I/O space, one byte.</summary>
    private static string Register(string text, string name)
    {
        Match match = Regex.Match(
            text,
            $@"{name} : \[Generic Address Structure\]\n.*Space ID : 01 \[SystemIO\]\n"
            + @".*Bit Width : 08\n.*Bit Offset : 00\n.*Encoded Access Width : 01 \[Byte Access:8\]\n"
            + @".*Address : ([0-9A-F]{16})\n");
        Assert.True(match.Success, $"No register {name} in:\n{text}");
        return match.Groups[1].Value;
    }
}
