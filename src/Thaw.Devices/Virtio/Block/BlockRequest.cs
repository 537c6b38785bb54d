using System.Buffers.Binary;

namespace Thaw.Devices.Virtio.Block;

/// <summary>
/// One request, copied out of its chain (virtio 1.2, section 5.2.6): header, data, and a status byte at the end.
/// </summary>
/// <param name="Type">What to do.</param>
/// <param name="Sector">Where.</param>
/// <param name="DataToDevice">Bytes of data that the driver sends.</param>
/// <param name="DataToDriver">Bytes of data that the driver expects.</param>
internal readonly record struct BlockRequest(uint Type, ulong Sector, uint DataToDevice, uint DataToDriver)
{
    internal const uint TypeIn = 0;
    internal const uint TypeOut = 1;
    internal const uint TypeFlush = 4;
    internal const uint TypeGetId = 8;

    internal const byte StatusOk = 0;
    internal const byte StatusIoError = 1;
    internal const byte StatusUnsupported = 2;

    internal const int HeaderBytes = 16;
    internal const int IdBytes = 20;

    /// <summary>Reads a request; false when the chain has no header or no room for a status.</summary>
    internal static bool TryRead(DescriptorChain chain, out BlockRequest request)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (chain.WritableBytes == 0 || !chain.TryRead(0, header))
        {
            request = default;
            return false;
        }
        request = new BlockRequest(
            BinaryPrimitives.ReadUInt32LittleEndian(header),
            BinaryPrimitives.ReadUInt64LittleEndian(header[8..]),
            chain.ReadableBytes - HeaderBytes,
            chain.WritableBytes - 1);
        return true;
    }
}
