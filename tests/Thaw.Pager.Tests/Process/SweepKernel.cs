using System.Buffers.Binary;

namespace Thaw.Pager.Tests.Process;

/// <summary>
/// A kernel of a few instructions that reads the first byte of one page after the other, from <see cref="FirstPage"/>
/// on and round again, and writes it to the serial port.
/// </summary>
internal static class SweepKernel
{
    /// <summary>The first page that it reads.</summary>
    internal const uint FirstPage = 0x200_0000 / 4096;

    /// <summary>How many.</summary>
    internal const uint PageCount = 0x80_0000 / 4096;

    private const ulong LoadAddress = 0x100_0000;
    private const int CodeAt = 0x1000;

    // mov dx, 0x3f8; 1: mov ebx, 0x2000000; 2: mov al, [rbx]; out dx, al; add ebx, 4096; cmp ebx, 0x2800000; jb 2b;
    // jmp 1b
    private static readonly byte[] s_code =
    [
        0x66, 0xba, 0xf8, 0x03, 0xbb, 0x00, 0x00, 0x00, 0x02, 0x8a, 0x03, 0xee, 0x81, 0xc3, 0x00, 0x10, 0x00, 0x00,
        0x81, 0xfb, 0x00, 0x00, 0x80, 0x02, 0x72, 0xef, 0xeb, 0xe8,
    ];

    /// <summary>What the pages begin with, from the first on.</summary>
    internal static byte Letter(uint page) => (byte)('A' + ((page - FirstPage) % 26));

    /// <summary>An ELF file with one segment (System V gABI, chapters 4 and 5).</summary>
    internal static byte[] ToElf()
    {
        byte[] elf = new byte[CodeAt + s_code.Length];
        ReadOnlySpan<byte> ident = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1];
        ident.CopyTo(elf);
        Span<byte> header = elf;
        BinaryPrimitives.WriteUInt16LittleEndian(header[16..], 2); // e_type: ET_EXEC
        BinaryPrimitives.WriteUInt16LittleEndian(header[18..], 62); // e_machine: EM_X86_64
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], 1); // e_version
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], LoadAddress); // e_entry
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], 64); // e_phoff
        BinaryPrimitives.WriteUInt16LittleEndian(header[52..], 64); // e_ehsize
        BinaryPrimitives.WriteUInt16LittleEndian(header[54..], 56); // e_phentsize
        BinaryPrimitives.WriteUInt16LittleEndian(header[56..], 1); // e_phnum
        Span<byte> segment = header[64..];
        BinaryPrimitives.WriteUInt32LittleEndian(segment, 1); // p_type: PT_LOAD
        BinaryPrimitives.WriteUInt32LittleEndian(segment[4..], 7); // p_flags: RWX
        BinaryPrimitives.WriteUInt64LittleEndian(segment[8..], CodeAt); // p_offset
        BinaryPrimitives.WriteUInt64LittleEndian(segment[16..], LoadAddress); // p_vaddr
        BinaryPrimitives.WriteUInt64LittleEndian(segment[24..], LoadAddress); // p_paddr
        BinaryPrimitives.WriteUInt64LittleEndian(segment[32..], (ulong)s_code.Length); // p_filesz
        BinaryPrimitives.WriteUInt64LittleEndian(segment[40..], (ulong)s_code.Length); // p_memsz
        BinaryPrimitives.WriteUInt64LittleEndian(segment[48..], CodeAt); // p_align
        s_code.CopyTo(elf, CodeAt);
        return elf;
    }
}
