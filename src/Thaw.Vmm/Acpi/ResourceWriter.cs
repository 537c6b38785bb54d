using System.Buffers.Binary;

namespace Thaw.Vmm.Acpi;

/// <summary>Resource descriptors of _CRS (ACPI 6.5, 6.4).</summary>
internal sealed class ResourceWriter
{
    private readonly List<byte> _bytes = [];

    /// <summary>Memory32Fixed (ReadWrite, base, length).</summary>
    internal ResourceWriter Memory32Fixed(uint start, uint lengthBytes)
    {
        Span<byte> descriptor = stackalloc byte[12];
        descriptor[0] = 0x86;
        descriptor[1] = 9;
        descriptor[3] = 1;
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor[4..], start);
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor[8..], lengthBytes);
        _bytes.AddRange(descriptor);
        return this;
    }

    /// <summary>Interrupt (ResourceConsumer, Edge, ActiveHigh, Exclusive) { gsi }.</summary>
    internal ResourceWriter EdgeInterrupt(uint gsi)
    {
        Span<byte> descriptor = stackalloc byte[9];
        descriptor[0] = 0x89;
        descriptor[1] = 6;
        descriptor[3] = 0b0011;
        descriptor[4] = 1;
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor[5..], gsi);
        _bytes.AddRange(descriptor);
        return this;
    }

    /// <summary>IO (Decode16, start, start, 0, length).</summary>
    internal ResourceWriter PortRange(ushort start, byte length)
    {
        Span<byte> descriptor = stackalloc byte[8];
        descriptor[0] = 0x47;
        descriptor[1] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(descriptor[2..], start);
        BinaryPrimitives.WriteUInt16LittleEndian(descriptor[4..], start);
        descriptor[7] = length;
        _bytes.AddRange(descriptor);
        return this;
    }

    /// <summary>The bytes with their end tag; a checksum of zero means "not checked".</summary>
    internal byte[] Finish()
    {
        _bytes.AddRange([0x79, 0]);
        return [.. _bytes];
    }
}
