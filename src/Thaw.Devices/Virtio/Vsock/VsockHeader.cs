using System.Buffers.Binary;

namespace Thaw.Devices.Virtio.Vsock;

/// <summary>A copy of struct virtio_vsock_hdr (virtio 1.2, section 5.10.6).</summary>
internal struct VsockHeader
{
    /// <summary>Length on the wire.</summary>
    internal const int Bytes = 44;

    /// <summary>VIRTIO_VSOCK_TYPE_STREAM.</summary>
    internal const ushort TypeStream = 1;

    internal ulong SourceCid;
    internal ulong DestinationCid;
    internal uint SourcePort;
    internal uint DestinationPort;
    internal uint LengthBytes;
    internal ushort Type;
    internal VsockOperation Operation;
    internal uint Flags;
    internal uint BufferBytes;
    internal uint ForwardedBytes;

    internal static VsockHeader Read(ReadOnlySpan<byte> bytes) => new()
    {
        SourceCid = BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        DestinationCid = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
        SourcePort = BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]),
        DestinationPort = BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]),
        LengthBytes = BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]),
        Type = BinaryPrimitives.ReadUInt16LittleEndian(bytes[28..]),
        Operation = (VsockOperation)BinaryPrimitives.ReadUInt16LittleEndian(bytes[30..]),
        Flags = BinaryPrimitives.ReadUInt32LittleEndian(bytes[32..]),
        BufferBytes = BinaryPrimitives.ReadUInt32LittleEndian(bytes[36..]),
        ForwardedBytes = BinaryPrimitives.ReadUInt32LittleEndian(bytes[40..]),
    };

    internal readonly void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, SourceCid);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], DestinationCid);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[16..], SourcePort);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[20..], DestinationPort);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[24..], LengthBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[28..], Type);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[30..], (ushort)Operation);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[32..], Flags);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[36..], BufferBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[40..], ForwardedBytes);
    }
}
