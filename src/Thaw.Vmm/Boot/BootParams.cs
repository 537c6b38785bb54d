using System.Buffers.Binary;
using System.Text;
using Thaw.Linux;
using Thaw.Memory;
using Thaw.Vmm.Arch.X64;

namespace Thaw.Vmm.Boot;

/// <summary>
/// Fills struct boot_params ("zero page", Documentation/arch/x86/zero-page.rst), command line and initramfs.
/// </summary>
internal static class BootParams
{
    private const int PageBytes = 4096;
    private const int AcpiRsdpAt = 0x070;
    private const int E820CountAt = 0x1e8;
    private const int SetupHeaderAt = 0x1f1;
    private const int BootFlagAt = 0x1fe;
    private const int HeaderMagicAt = 0x202;
    private const int LoaderTypeAt = 0x210;
    private const int RamdiskImageAt = 0x218;
    private const int RamdiskSizeAt = 0x21c;
    private const int CommandLineAt = 0x228;
    private const int KernelAlignmentAt = 0x230;
    private const int CommandLineSizeAt = 0x238;
    private const int E820TableAt = 0x2d0;
    private const int E820EntryBytes = 20;

    private enum E820Type : uint
    {
        Ram = 1,
        Reserved = 2,
        AcpiReclaimable = 3,
    }

    /// <summary>Writes everything that the kernel reads first.</summary>
    /// <exception cref="BootException">Command line too long, initramfs missing, or no room.</exception>
    internal static void Write(
        GuestMemory memory, LoadedKernel kernel, string commandLine, string? initrdPath, IReadOnlyList<GuestRegion> ram)
    {
        byte[] page = new byte[PageBytes];
        kernel.SetupHeader.CopyTo(page, SetupHeaderAt);
        Span<byte> at = page;
        BinaryPrimitives.WriteUInt64LittleEndian(at[AcpiRsdpAt..], X64Layout.Rsdp);
        BinaryPrimitives.WriteUInt16LittleEndian(at[BootFlagAt..], 0xaa55);
        "HdrS"u8.CopyTo(at[HeaderMagicAt..]);
        at[LoaderTypeAt] = 0xff;
        if (kernel.SetupHeader.Length == 0)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(at[KernelAlignmentAt..], 0x0100_0000);
        }
        WriteCommandLine(memory, commandLine);
        BinaryPrimitives.WriteUInt32LittleEndian(at[CommandLineAt..], (uint)X64Layout.CommandLine);
        BinaryPrimitives.WriteUInt32LittleEndian(at[CommandLineSizeAt..], (uint)commandLine.Length);
        if (initrdPath is not null)
        {
            (ulong address, ulong length) = LoadInitrd(memory, kernel, initrdPath, ram[0]);
            BinaryPrimitives.WriteUInt32LittleEndian(at[RamdiskImageAt..], (uint)address);
            BinaryPrimitives.WriteUInt32LittleEndian(at[RamdiskSizeAt..], (uint)length);
        }
        at[E820CountAt] = WriteMemoryMap(at[E820TableAt..], ram);
        if (!memory.TryWrite(new GuestAddress(X64Layout.BootParams), page))
        {
            throw new BootException("Guest memory has no room for boot_params.");
        }
    }

    private static void WriteCommandLine(GuestMemory memory, string commandLine)
    {
        if (commandLine.Any(c => c is '\0' or > '\x7e'))
        {
            throw new BootException("Kernel command line has a character that is not ASCII, or a zero.");
        }
        byte[] bytes = Encoding.ASCII.GetBytes(commandLine + "\0");
        if (bytes.Length > X64Layout.CommandLineBytesMax)
        {
            throw new BootException(
                $"Kernel command line has {commandLine.Length} characters, the bound is "
                + $"{X64Layout.CommandLineBytesMax - 1}.");
        }
        if (!memory.TryWrite(new GuestAddress(X64Layout.CommandLine), bytes))
        {
            throw new BootException("Guest memory has no room for the command line.");
        }
    }

    /// <summary>
    /// As high as possible in the RAM below the device hole, where the kernel does not decompress itself.
    /// </summary>
    private static (ulong Address, ulong Length) LoadInitrd(
        GuestMemory memory, LoadedKernel kernel, string path, GuestRegion lowRam)
    {
        using SafeFd file = KernelLoader.Open(path, "Initramfs");
        ulong length = (ulong)file.Length();
        ulong end = lowRam.End.Value;
        if (length == 0 || length >= end || ((end - length) & ~0xffful) < kernel.End)
        {
            throw new BootException(
                $"Initramfs {path} of {length} bytes does not fit into memory behind the kernel "
                + $"(0x{kernel.End:x} to 0x{end:x}).");
        }
        ulong address = (end - length) & ~0xffful;
        KernelLoader.CopyToGuest(file, 0, memory, new GuestAddress(address), length, path);
        return (address, length);
    }

    private static byte WriteMemoryMap(Span<byte> table, IReadOnlyList<GuestRegion> ram)
    {
        byte count = 0;
        count = Add(table, count, 0, X64Layout.LowMemoryEnd, E820Type.Ram);
        count = Add(table, count, X64Layout.Rsdp, X64Layout.AcpiTablesEnd - X64Layout.Rsdp, E820Type.AcpiReclaimable);
        ulong high = X64Layout.HighMemory;
        count = Add(table, count, high, ram[0].End.Value - high, E820Type.Ram);
        for (int i = 1; i < ram.Count; i++)
        {
            count = Add(table, count, ram[i].Start.Value, ram[i].LengthBytes, E820Type.Ram);
        }
        return count;
    }

    private static byte Add(Span<byte> table, byte count, ulong start, ulong lengthBytes, E820Type type)
    {
        Span<byte> entry = table.Slice(count * E820EntryBytes, E820EntryBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(entry, start);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], lengthBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[16..], (uint)type);
        return (byte)(count + 1);
    }
}
