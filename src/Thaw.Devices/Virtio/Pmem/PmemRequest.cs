using System.Buffers.Binary;

namespace Thaw.Devices.Virtio.Pmem;

/// <summary>One request (virtio 1.2, section 5.19.6): a type, answered by a result.</summary>
internal static class PmemRequest
{
    internal const uint TypeFlush = 0;
    internal const uint ResultSuccess = 0;
    internal const uint ResultFailure = uint.MaxValue; // -1
    internal const int ResultBytes = sizeof(uint);

    /// <summary>Reads the request's type; false when the chain holds no request.</summary>
    internal static bool TryReadType(DescriptorChain chain, out uint type)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        bool isWhole = chain.WritableBytes >= ResultBytes && chain.TryRead(0, bytes);
        type = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        return isWhole;
    }

    /// <summary>Writes the result; how many bytes were written.</summary>
    internal static uint WriteResult(DescriptorChain chain, uint result)
    {
        Span<byte> bytes = stackalloc byte[ResultBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, result);
        return chain.TryWrite(0, bytes) ? (uint)ResultBytes : 0;
    }
}
