using System.Buffers.Binary;
using Thaw.Kvm;
using Thaw.Memory;
using Thaw.Vmm.Arch.X64;

namespace Thaw.Vmm.Boot;

/// <summary>The first page tables and descriptors: what a 64-bit kernel expects to find at its entry.</summary>
internal static class BootTables
{
    /// <summary>Null, 64-bit code, data, and a TSS.</summary>
    private static readonly ulong[] s_gdt =
    [
        0,
        0x00af_9b00_0000_ffff,
        0x00cf_9300_0000_ffff,
        0x008f_8b00_0000_ffff,
    ];

    /// <summary>Writes the tables and says how to enter.</summary>
    /// <exception cref="BootException">The memory is too small for them.</exception>
    internal static LongModeEntry Write(GuestMemory memory, ulong instructionPointer)
    {
        const ulong PresentWritable = 3;
        const ulong Large = 0x80;
        const int EntryCount = 512;
        byte[] tables = new byte[3 * 4096];
        Span<byte> at = tables;
        BinaryPrimitives.WriteUInt64LittleEndian(at, (X64Layout.PageTables + 0x1000) | PresentWritable);
        BinaryPrimitives.WriteUInt64LittleEndian(at[0x1000..], (X64Layout.PageTables + 0x2000) | PresentWritable);
        for (int i = 0; i < EntryCount; i++)
        {
            ulong entry = ((ulong)i << 21) | PresentWritable | Large;
            BinaryPrimitives.WriteUInt64LittleEndian(at[(0x2000 + i * 8)..], entry);
        }
        byte[] gdt = new byte[s_gdt.Length * sizeof(ulong)];
        for (int i = 0; i < s_gdt.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(gdt.AsSpan(i * sizeof(ulong)), s_gdt[i]);
        }
        if (!memory.TryWrite(new GuestAddress(X64Layout.PageTables), tables)
            || !memory.TryWrite(new GuestAddress(X64Layout.Gdt), gdt)
            || !memory.TryClear(new GuestAddress(X64Layout.Idt), sizeof(ulong)))
        {
            throw new BootException("Guest memory has no room for the boot tables below 1 MiB.");
        }
        return new LongModeEntry
        {
            InstructionPointer = instructionPointer,
            StackPointer = X64Layout.BootStack,
            BootParams = X64Layout.BootParams,
            PageTable = X64Layout.PageTables,
            GdtAddress = X64Layout.Gdt,
            Gdt = s_gdt,
            IdtAddress = X64Layout.Idt,
        };
    }
}
