using System.Buffers.Binary;
using Thaw.Linux;
using Thaw.Memory;
using Thaw.Vmm.Arch.X64;

namespace Thaw.Vmm.Boot;

/// <summary>Puts a kernel into guest memory: the ELF file (vmlinux) or the bzImage.</summary>
internal static class KernelLoader
{
    private const int ElfHeaderBytes = 64;
    private const int ProgramHeaderBytes = 56;
    private const int ProgramHeaderCountMax = 64;
    private const int SetupHeaderAt = 0x1f1;
    private const int SetupHeaderEndMin = 0x264; // Behind init_size, the last field that is read here.
    private const int SetupHeaderEndMax = 0x290; // Where boot_params goes on.

    /// <summary>Loads <paramref name="path"/>.</summary>
    /// <exception cref="BootException">Not a kernel, truncated, or too large for the memory.</exception>
    internal static LoadedKernel Load(string path, GuestMemory memory)
    {
        using SafeFd file = Open(path, "Kernel");
        long length = file.Length();
        byte[] head = new byte[(int)Math.Min(length, 4096)];
        ReadExactly(file, head, 0, path);
        if (head.Length >= ElfHeaderBytes && head.AsSpan().StartsWith("\u007fELF"u8))
        {
            return LoadElf(file, length, head, path, memory);
        }
        if (head.Length >= SetupHeaderEndMax && head.AsSpan(0x202).StartsWith("HdrS"u8))
        {
            return LoadBzImage(file, length, head, path, memory);
        }
        throw new BootException($"Kernel {path} is neither an ELF file nor a bzImage ({length} bytes).");
    }

    /// <summary>Opens a file for booting, with the role in the error.</summary>
    internal static SafeFd Open(string path, string role)
    {
        try
        {
            return SafeFd.Open(path, FileOpen.Read);
        }
        catch (LinuxException failure)
        {
            throw new BootException($"{role} {path} cannot be opened: {failure.Errno}.", failure);
        }
    }

    /// <summary>Copies file bytes to guest memory.</summary>
    /// <exception cref="BootException">The file ends early or the memory is too small.</exception>
    internal static void CopyToGuest(
        SafeFd file, long offset, GuestMemory memory, GuestAddress to, ulong lengthBytes, string path)
    {
        const int ChunkBytesMax = 16 << 20;
        while (lengthBytes > 0)
        {
            int chunk = (int)Math.Min(lengthBytes, ChunkBytesMax);
            Errno errno = memory.TryReadFromAt(file, offset, to, chunk, out int count);
            if (errno == Errno.EFAULT)
            {
                throw new BootException($"{path} does not fit into guest memory at {to}.");
            }
            if (errno != Errno.OK || count == 0)
            {
                throw new BootException($"{path} is truncated or unreadable at byte {offset} ({errno}).");
            }
            offset += count;
            to = to.Add((ulong)count);
            lengthBytes -= (ulong)count;
        }
    }

    private static LoadedKernel LoadElf(SafeFd file, long length, byte[] head, string path, GuestMemory memory)
    {
        const int ClassAt = 4;
        const byte Class64 = 2;
        const ushort MachineX64 = 62;
        ushort machine = BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(18));
        if (head[ClassAt] != Class64 || machine != MachineX64)
        {
            throw new BootException($"Kernel {path} is an ELF file for machine {machine}, not for x86-64.");
        }
        ulong entry = BinaryPrimitives.ReadUInt64LittleEndian(head.AsSpan(24));
        ulong tableAt = BinaryPrimitives.ReadUInt64LittleEndian(head.AsSpan(32));
        int entryBytes = BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(54));
        int count = BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(56));
        if (count is 0 or > ProgramHeaderCountMax || entryBytes != ProgramHeaderBytes || tableAt > (ulong)length)
        {
            throw new BootException(
                $"Kernel {path} has {count} program headers at byte {tableAt}, each of {entryBytes} bytes.");
        }
        byte[] table = new byte[count * ProgramHeaderBytes];
        ReadExactly(file, table, (long)tableAt, path);
        ulong end = 0;
        bool hasEntry = false;
        for (int i = 0; i < count; i++)
        {
            (ulong start, ulong segmentEnd) =
                LoadSegment(file, length, table.AsSpan(i * ProgramHeaderBytes), path, memory);
            end = Math.Max(end, segmentEnd);
            hasEntry |= entry >= start && entry < segmentEnd;
        }
        if (!hasEntry)
        {
            throw new BootException($"Kernel {path} has nothing to load at its entry point 0x{entry:x}.");
        }
        return new LoadedKernel(entry, end, []);
    }

    /// <summary>Loads a segment and says where; nowhere for one that is not to be loaded.</summary>
    private static (ulong Start, ulong End) LoadSegment(
        SafeFd file, long length, ReadOnlySpan<byte> header, string path, GuestMemory memory)
    {
        const uint Loadable = 1;
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != Loadable)
        {
            return (0, 0);
        }
        ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(header[8..]);
        ulong address = BinaryPrimitives.ReadUInt64LittleEndian(header[24..]);
        ulong fileBytes = BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
        ulong memoryBytes = BinaryPrimitives.ReadUInt64LittleEndian(header[40..]);
        if (offset > (ulong)length || fileBytes > (ulong)length - offset)
        {
            throw new BootException($"Kernel {path} is truncated: a segment ends behind byte {length}.");
        }
        if (memoryBytes < fileBytes || !memory.Contains(new GuestAddress(address), memoryBytes))
        {
            throw new BootException(
                $"Kernel {path} needs {memoryBytes} bytes at 0x{address:x}, outside guest memory.");
        }
        if (address < X64Layout.HighMemory)
        {
            throw new BootException($"Kernel {path} loads at 0x{address:x}, below 1 MiB.");
        }
        CopyToGuest(file, (long)offset, memory, new GuestAddress(address), fileBytes, path);
        return (address, address + memoryBytes);
    }

    /// <summary>The 64-bit boot protocol (Documentation/arch/x86/boot.rst).</summary>
    private static LoadedKernel LoadBzImage(SafeFd file, long length, byte[] head, string path, GuestMemory memory)
    {
        const ushort XLoadFlag64 = 1;
        const ushort VersionWith64BitEntry = 0x020c;
        const ulong EntryOffset = 0x200;
        ushort version = BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(0x206));
        ushort xloadFlags = BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(0x236));
        if (version < VersionWith64BitEntry || (xloadFlags & XLoadFlag64) == 0)
        {
            throw new BootException($"Kernel {path} has boot protocol 0x{version:x} without a 64-bit entry.");
        }
        // "The end of the setup header": 0x202 and the jump's offset (boot.rst). Behind it is code.
        int headerEnd = 0x202 + head[0x201];
        if (headerEnd is < SetupHeaderEndMin or > SetupHeaderEndMax)
        {
            throw new BootException($"Kernel {path} has a setup header that ends at byte 0x{headerEnd:x}.");
        }
        int setupSectors = head[SetupHeaderAt] == 0 ? 4 : head[SetupHeaderAt];
        long codeAt = (setupSectors + 1) * 512L;
        ulong address = BinaryPrimitives.ReadUInt64LittleEndian(head.AsSpan(0x258));
        ulong initBytes = BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(0x260));
        // In units of 16 bytes; a signature may follow.
        long codeEnd = codeAt + BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(0x1f4)) * 16L;
        if (codeAt >= length || codeEnd > length)
        {
            throw new BootException(
                $"Kernel {path} is truncated: it has {length} bytes, its code goes from byte {codeAt} to {codeEnd}.");
        }
        ulong codeBytes = (ulong)(length - codeAt);
        if (address < X64Layout.HighMemory
            || !memory.Contains(new GuestAddress(address), Math.Max(codeBytes, initBytes)))
        {
            throw new BootException($"Kernel {path} needs {initBytes} bytes at 0x{address:x}, outside guest memory.");
        }
        CopyToGuest(file, codeAt, memory, new GuestAddress(address), codeBytes, path);
        return new LoadedKernel(
            address + EntryOffset, address + Math.Max(codeBytes, initBytes), head[SetupHeaderAt..headerEnd]);
    }

    private static void ReadExactly(SafeFd file, Span<byte> into, long offset, string path)
    {
        while (into.Length > 0)
        {
            Errno errno = file.TryReadAt(into, offset, out int count);
            if (errno != Errno.OK || count == 0)
            {
                throw new BootException($"{path} is truncated or unreadable at byte {offset} ({errno}).");
            }
            offset += count;
            into = into[count..];
        }
    }
}
