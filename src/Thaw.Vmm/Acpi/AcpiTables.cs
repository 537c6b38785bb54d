using System.Buffers.Binary;
using System.Text;
using Thaw.Devices.Legacy;

namespace Thaw.Vmm.Acpi;

/// <summary>
/// The hardware-reduced ACPI tables of a microVM (ACPI 6.5, chapters 4 and 5): which CPUs and devices there are.
/// </summary>
internal static class AcpiTables
{
    private const int HeaderBytes = 36;
    private const string OemId = "THAWVM";
    private const string OemTableId = "THAWUVM ";

    /// <summary>
    /// Builds all tables for addresses from <paramref name="tablesAt"/> on, and the root pointer to them.
    /// </summary>
    internal static AcpiImage Build(AcpiDescription machine, ulong tablesAt)
    {
        List<byte> tables = [];
        ulong Append(byte[] table)
        {
            while (tables.Count % 16 != 0)
            {
                tables.Add(0);
            }
            ulong address = tablesAt + (ulong)tables.Count;
            tables.AddRange(table);
            return address;
        }

        ulong dsdt = Append(Table("DSDT", 2, Dsdt.Build(machine)));
        ulong fadt = Append(Table("FACP", 6, FadtBody(dsdt, machine.PowerPort)));
        ulong madt = Append(Table("APIC", 5, MadtBody(machine)));
        byte[] pointers = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(pointers, fadt);
        BinaryPrimitives.WriteUInt64LittleEndian(pointers.AsSpan(8), madt);
        ulong xsdt = Append(Table("XSDT", 1, pointers));
        return new AcpiImage(RootPointer(xsdt), [.. tables]);
    }

    private static byte[] RootPointer(ulong xsdt)
    {
        byte[] rsdp = new byte[36];
        Encoding.ASCII.GetBytes("RSD PTR ").CopyTo(rsdp, 0);
        Encoding.ASCII.GetBytes(OemId).CopyTo(rsdp, 9);
        rsdp[15] = 2;
        BinaryPrimitives.WriteInt32LittleEndian(rsdp.AsSpan(20), rsdp.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(rsdp.AsSpan(24), xsdt);
        rsdp[8] = Checksum(rsdp.AsSpan(0, 20));
        rsdp[32] = Checksum(rsdp);
        return rsdp;
    }

    /// <summary>The fixed description table: no fixed hardware but reset and sleep registers.</summary>
    private static byte[] FadtBody(ulong dsdt, ushort powerPort)
    {
        const uint FlagWbinvd = 1;
        const uint FlagNoPowerButton = 1 << 4;
        const uint FlagNoSleepButton = 1 << 5;
        const uint FlagResetRegister = 1 << 10;
        const uint FlagHardwareReduced = 1 << 20;
        const ushort BootNoVga = 1 << 2;
        const ushort BootNoMsi = 1 << 3;
        const ushort BootNoCmosRtc = 1 << 5;
        byte[] table = new byte[276];
        Span<byte> at = table;
        BinaryPrimitives.WriteUInt32LittleEndian(at[40..], (uint)dsdt);
        // Without this flag the kernel polls a clock chip that is not there, for seconds.
        BinaryPrimitives.WriteUInt16LittleEndian(at[109..], BootNoVga | BootNoMsi | BootNoCmosRtc);
        BinaryPrimitives.WriteUInt32LittleEndian(
            at[112..], FlagWbinvd | FlagNoPowerButton | FlagNoSleepButton | FlagResetRegister | FlagHardwareReduced);
        IoRegister(at[116..], (ushort)(powerPort + AcpiPowerDevice.ResetOffset));
        at[128] = AcpiPowerDevice.ResetValue;
        at[131] = 5;
        BinaryPrimitives.WriteUInt64LittleEndian(at[140..], dsdt);
        IoRegister(at[244..], (ushort)(powerPort + AcpiPowerDevice.SleepControlOffset));
        IoRegister(at[256..], (ushort)(powerPort + AcpiPowerDevice.SleepStatusOffset));
        Encoding.ASCII.GetBytes("THAW").CopyTo(at[268..]);
        return table[HeaderBytes..];
    }

    /// <summary>A generic address structure: one byte of I/O space.</summary>
    private static void IoRegister(Span<byte> at, ushort port)
    {
        at[0] = 1;
        at[1] = 8;
        at[3] = 1;
        BinaryPrimitives.WriteUInt64LittleEndian(at[4..], port);
    }

    private static byte[] MadtBody(AcpiDescription machine)
    {
        byte[] body = new byte[8 + machine.VcpuCount * 8 + 12];
        BinaryPrimitives.WriteUInt32LittleEndian(body, machine.LocalApic);
        Span<byte> at = body.AsSpan(8);
        for (int id = 0; id < machine.VcpuCount; id++, at = at[8..])
        {
            at[0] = 0;
            at[1] = 8;
            at[2] = (byte)id;
            at[3] = (byte)id;
            at[4] = 1;
        }
        at[0] = 1;
        at[1] = 12;
        BinaryPrimitives.WriteUInt32LittleEndian(at[4..], machine.IoApic);
        return body;
    }

    private static byte[] Table(string signature, byte revision, byte[] body)
    {
        byte[] table = new byte[HeaderBytes + body.Length];
        Encoding.ASCII.GetBytes(signature).CopyTo(table, 0);
        BinaryPrimitives.WriteInt32LittleEndian(table.AsSpan(4), table.Length);
        table[8] = revision;
        Encoding.ASCII.GetBytes(OemId).CopyTo(table, 10);
        Encoding.ASCII.GetBytes(OemTableId).CopyTo(table, 16);
        BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(24), 1);
        Encoding.ASCII.GetBytes("THAW").CopyTo(table, 28);
        BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(32), 1);
        body.CopyTo(table, HeaderBytes);
        table[9] = Checksum(table);
        return table;
    }

    private static byte Checksum(ReadOnlySpan<byte> bytes)
    {
        byte sum = 0;
        foreach (byte value in bytes)
        {
            sum += value;
        }
        return (byte)-sum;
    }
}
