using System.Buffers.Binary;

namespace Thaw.Vmm.Tests.Boot;

/// <summary>Makes the ELF file of a kernel for tests.</summary>
internal sealed class ElfImage
{
    internal const int HeaderBytes = 64;
    internal const int ProgramHeaderBytes = 56;

    /// <summary>Offsets in the file header.</summary>
    internal const int ClassAt = 4;
    internal const int MachineAt = 18;
    internal const int EntryAt = 24;
    internal const int TableAt = 32;
    internal const int EntryBytesAt = 54;
    internal const int CountAt = 56;

    /// <summary>Offsets in a program header.</summary>
    internal const int OffsetAt = 8;
    internal const int AddressAt = 24;
    internal const int FileBytesAt = 32;
    internal const int MemoryBytesAt = 40;

    private readonly List<(uint Type, ulong Address, byte[] Data, ulong MemoryBytes)> _segments = [];

    internal ulong Entry { get; init; } = 0x10_0000;

    /// <summary>Where the header of segment <paramref name="index"/> is in the file.</summary>
    internal static int SegmentAt(int index) => HeaderBytes + index * ProgramHeaderBytes;

    internal ElfImage Segment(ulong address, byte[] data, ulong? memoryBytes = null, uint type = 1)
    {
        _segments.Add((type, address, data, memoryBytes ?? (ulong)data.Length));
        return this;
    }

    internal byte[] ToArray()
    {
        List<byte> data = [];
        byte[] head = new byte[SegmentAt(_segments.Count)];
        "\u007fELF"u8.CopyTo(head);
        head[ClassAt] = 2;
        head[5] = 1;
        head[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(16), 2);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(MachineAt), 62);
        BinaryPrimitives.WriteUInt64LittleEndian(head.AsSpan(EntryAt), Entry);
        BinaryPrimitives.WriteUInt64LittleEndian(head.AsSpan(TableAt), HeaderBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(52), HeaderBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(EntryBytesAt), ProgramHeaderBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(CountAt), (ushort)_segments.Count);
        for (int i = 0; i < _segments.Count; i++)
        {
            Span<byte> at = head.AsSpan(SegmentAt(i));
            BinaryPrimitives.WriteUInt32LittleEndian(at, _segments[i].Type);
            BinaryPrimitives.WriteUInt64LittleEndian(at[OffsetAt..], (ulong)(head.Length + data.Count));
            BinaryPrimitives.WriteUInt64LittleEndian(at[AddressAt..], _segments[i].Address);
            BinaryPrimitives.WriteUInt64LittleEndian(at[FileBytesAt..], (ulong)_segments[i].Data.Length);
            BinaryPrimitives.WriteUInt64LittleEndian(at[MemoryBytesAt..], _segments[i].MemoryBytes);
            data.AddRange(_segments[i].Data);
        }
        return [.. head, .. data];
    }
}
