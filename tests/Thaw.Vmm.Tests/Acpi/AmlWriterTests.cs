using Thaw.Vmm.Acpi;

namespace Thaw.Vmm.Tests.Acpi;

public sealed class AmlWriterTests
{
    // A scope's content is its path (5 bytes) and what is in it; PkgLength counts itself too and has 6, 12, 20 or 28
    // bits.
    [Theory]
    [InlineData(20, 1)]
    [InlineData(62, 1)]
    [InlineData(63, 2)]
    [InlineData(64, 2)]
    [InlineData(4093, 2)]
    [InlineData(4094, 3)]
    [InlineData(4095, 3)]
    [InlineData(1048572, 3)]
    [InlineData(1048573, 4)]
    [InlineData(1048574, 4)]
    public void Scope_OfAnyLength_HasTheShortestRightPackageLength(int contentBytes, int lengthBytes)
    {
        const int PathBytes = 5;
        const int StringOverhead = 2;
        string fill = new('x', contentBytes - PathBytes - StringOverhead);

        byte[] aml = new AmlWriter().Scope("\\_SB", body => body.String(fill)).ToArray();

        Assert.Equal(0x10, aml[0]);
        Assert.Equal(lengthBytes, (aml[1] >> 6) + 1);
        Assert.Equal(aml.Length - 1, DecodePackageLength(aml.AsSpan(1)));
        Assert.Equal(1 + lengthBytes + contentBytes, aml.Length);
        Assert.Equal("\\_SB_"u8, aml.AsSpan(1 + lengthBytes, PathBytes));
    }

    [Theory]
    [InlineData(0ul, new byte[] { 0x00 })]
    [InlineData(1ul, new byte[] { 0x01 })]
    [InlineData(2ul, new byte[] { 0x0a, 2 })]
    [InlineData(0xfful, new byte[] { 0x0a, 0xff })]
    [InlineData(0x100ul, new byte[] { 0x0b, 0x00, 0x01 })]
    [InlineData(0xfffful, new byte[] { 0x0b, 0xff, 0xff })]
    [InlineData(0x1_0000ul, new byte[] { 0x0c, 0, 0, 1, 0 })]
    [InlineData(0xffff_fffful, new byte[] { 0x0c, 0xff, 0xff, 0xff, 0xff })]
    [InlineData(0x1_0000_0000ul, new byte[] { 0x0e, 0, 0, 0, 0, 1, 0, 0, 0 })]
    [InlineData(ulong.MaxValue, new byte[] { 0x0e, 255, 255, 255, 255, 255, 255, 255, 255 })]
    public void Integer_AnyValue_IsInItsShortestForm(ulong value, byte[] expected) =>
        Assert.Equal(expected, new AmlWriter().Integer(value).ToArray());

    // Known compressions: a serial port, the PCI root, the fixed power button.
    [Theory]
    [InlineData("PNP0501", new byte[] { 0x0c, 0x41, 0xd0, 0x05, 0x01 })]
    [InlineData("PNP0A03", new byte[] { 0x0c, 0x41, 0xd0, 0x0a, 0x03 })]
    [InlineData("PNP0C0C", new byte[] { 0x0c, 0x41, 0xd0, 0x0c, 0x0c })]
    public void EisaId_KnownId_IsItsCompression(string id, byte[] expected) =>
        Assert.Equal(expected, new AmlWriter().EisaId(id).ToArray());

    [Theory]
    [InlineData("_HID", "\b_HID")]
    [InlineData("GED", "\bGED_")]
    [InlineData("\\_S5", "\b\\_S5_")]
    [InlineData("\\_SB.GED", "\b\\\u002e_SB_GED_")]
    [InlineData("\\_SB.AB.C", "\b\\\u002f\u0003_SB_AB__C___")]
    public void Name_Path_IsPaddedAndPrefixed(string path, string expected) =>
        Assert.Equal(expected.Select(c => (byte)c), new AmlWriter().Name(path).ToArray());

    [Fact]
    public void IntegerPackage_Values_AreCountedAndInOrder() => Assert.Equal(
        [0x12, 9, 4, 0x0a, 5, 0x00, 0x01, 0x0b, 0x34, 0x12],
        new AmlWriter().IntegerPackage(5, 0, 1, 0x1234).ToArray());

    [Fact]
    public void Resources_Buffer_TellsItsLengthAndEnds()
    {
        byte[] aml = new AmlWriter().Resources(crs => crs.EdgeInterrupt(7).PortRange(0x3f8, 8)).ToArray();

        // Buffer: package length, size as an integer, then 9 + 8 bytes of descriptors and 2 of the end tag.
        Assert.Equal([0x11, 22, 0x0a, 19], aml[..4]);
        Assert.Equal([0x89, 6, 0, 3, 1, 7, 0, 0, 0], aml[4..13]);
        Assert.Equal([0x47, 1, 0xf8, 0x03, 0xf8, 0x03, 0, 8], aml[13..21]);
        Assert.Equal([0x79, 0], aml[21..]);
    }

    [Fact]
    public void Method_Flags_AreItsArguments()
    {
        byte[] aml = new AmlWriter()
            .Method("_EVT", 1, body => body.IfArgument0Equals(5, then => then.Notify("X", 0x80))).ToArray();

        Assert.Equal([0x14, 19, (byte)'_', (byte)'E', (byte)'V', (byte)'T', 1], aml[..7]);
        Assert.Equal(
            [0xa0, 12, 0x93, 0x68, 0x0a, 5, 0x86, (byte)'X', (byte)'_', (byte)'_', (byte)'_', 0x0a, 0x80], aml[7..]);
    }

    /// <summary>ACPI 6.5, 20.2.4, read independently of the writer.</summary>
    private static int DecodePackageLength(ReadOnlySpan<byte> bytes)
    {
        int followers = bytes[0] >> 6;
        if (followers == 0)
        {
            return bytes[0] & 0x3f;
        }
        Assert.Equal(0, bytes[0] & 0x30);
        int length = bytes[0] & 0xf;
        for (int i = 0; i < followers; i++)
        {
            length |= bytes[1 + i] << (4 + 8 * i);
        }
        return length;
    }
}
