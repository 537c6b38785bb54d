using System.Buffers.Binary;

namespace Thaw.Kvm;

/// <summary>struct kvm_cpuid2: an 8-byte header and entries of 40 bytes.</summary>
internal static class CpuidCodec
{
    internal const int HeaderBytes = 8;
    internal const int EntryBytes = 40;

    internal static CpuidEntry[] Decode(ReadOnlySpan<byte> buffer)
    {
        int count = BinaryPrimitives.ReadInt32LittleEndian(buffer);
        CpuidEntry[] entries = new CpuidEntry[count];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = buffer.Slice(HeaderBytes + i * EntryBytes, EntryBytes);
            entries[i] = new CpuidEntry(
                U32(entry, 0), U32(entry, 4), U32(entry, 8), U32(entry, 12), U32(entry, 16), U32(entry, 20),
                U32(entry, 24));
        }
        return entries;
    }

    internal static byte[] Encode(ReadOnlySpan<CpuidEntry> entries)
    {
        byte[] buffer = new byte[HeaderBytes + entries.Length * EntryBytes];
        BinaryPrimitives.WriteInt32LittleEndian(buffer, entries.Length);
        for (int i = 0; i < entries.Length; i++)
        {
            Span<byte> entry = buffer.AsSpan(HeaderBytes + i * EntryBytes, EntryBytes);
            CpuidEntry from = entries[i];
            BinaryPrimitives.WriteUInt32LittleEndian(entry, from.Function);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], from.Index);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], from.Flags);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[12..], from.Eax);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[16..], from.Ebx);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[20..], from.Ecx);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[24..], from.Edx);
        }
        return buffer;
    }

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
}
