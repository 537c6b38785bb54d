using System.Buffers.Binary;
using System.Text;

namespace Thaw.Protocol.Tests;

/// <summary>Frames built by hand, right or wrong.</summary>
internal static class RawFrame
{
    internal static byte[] Rest(ushort kind, string header, ushort flags = 0, uint? headerLength = null, int body = 0)
    {
        byte[] headerBytes = Encoding.UTF8.GetBytes(header);
        byte[] rest = new byte[8 + headerBytes.Length + body];
        BinaryPrimitives.WriteUInt16LittleEndian(rest, kind);
        BinaryPrimitives.WriteUInt16LittleEndian(rest.AsSpan(2), flags);
        BinaryPrimitives.WriteUInt32LittleEndian(rest.AsSpan(4), headerLength ?? (uint)headerBytes.Length);
        headerBytes.CopyTo(rest, 8);
        return rest;
    }
}
