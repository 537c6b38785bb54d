using System.Text;
using Thaw.Linux;

namespace Thaw.Devices.Virtio.Block;

/// <summary>Carrying out of requests.</summary>
public sealed partial class BlockDevice
{
    /// <summary>Does one request and writes its status; how many bytes were written to the chain.</summary>
    private uint Execute(DescriptorChain chain)
    {
        if (!BlockRequest.TryRead(chain, out BlockRequest request))
        {
            Metrics.InvalidRequests.Increment();
            return 0;
        }
        uint written = 0;
        byte status = request.Type switch
        {
            BlockRequest.TypeIn => Read(chain, request, out written),
            BlockRequest.TypeOut => Write(chain, request),
            BlockRequest.TypeFlush => Flush(),
            BlockRequest.TypeGetId => GetId(chain, request, out written),
            _ => Invalid(BlockRequest.StatusUnsupported),
        };
        // Section 5.2.6.1: the status is the last byte, wherever the data ended.
        return chain.TryWrite(request.DataToDriver, [status]) ? written + 1 : 0;
    }

    private byte Read(DescriptorChain chain, in BlockRequest request, out uint written)
    {
        written = 0;
        uint length = request.DataToDriver;
        if (!IsInRange(request.Sector, length))
        {
            return Invalid(BlockRequest.StatusIoError);
        }
        long offset = (long)request.Sector * SectorBytes;
        Errno errno = chain.TryReadFromAt(_file, offset, new ChainSpan(0, length), out written);
        if (errno != Errno.OK || written != length)
        {
            Metrics.HostFailures.Increment();
            return BlockRequest.StatusIoError;
        }
        Metrics.Reads.Increment();
        Metrics.ReadBytes.Add(length);
        return BlockRequest.StatusOk;
    }

    private byte Write(DescriptorChain chain, in BlockRequest request)
    {
        uint length = request.DataToDevice;
        if (Options.IsReadOnly || !IsInRange(request.Sector, length))
        {
            return Invalid(BlockRequest.StatusIoError);
        }
        long offset = (long)request.Sector * SectorBytes;
        ChainSpan data = new(BlockRequest.HeaderBytes, length);
        Errno errno = chain.TryWriteToAt(_file, offset, data, out uint count);
        if (errno != Errno.OK || count != length)
        {
            Metrics.HostFailures.Increment();
            return BlockRequest.StatusIoError;
        }
        Metrics.Writes.Increment();
        Metrics.WrittenBytes.Add(length);
        return BlockRequest.StatusOk;
    }

    private byte Flush()
    {
        if (Options.CacheType == BlockCacheType.Writeback && !Options.IsReadOnly && _file.TrySync() != Errno.OK)
        {
            Metrics.HostFailures.Increment();
            return BlockRequest.StatusIoError;
        }
        Metrics.Flushes.Increment();
        return BlockRequest.StatusOk;
    }

    private byte GetId(DescriptorChain chain, in BlockRequest request, out uint written)
    {
        written = 0;
        if (request.DataToDriver < BlockRequest.IdBytes)
        {
            return Invalid(BlockRequest.StatusIoError);
        }
        Span<byte> id = stackalloc byte[BlockRequest.IdBytes];
        id.Clear();
        // A character that does not fit is left out whole.
        _ = Encoding.UTF8.TryGetBytes(Options.DriveId, id, out _) || TryCopyPrefix(Options.DriveId, id);
        if (!chain.TryWrite(0, id))
        {
            return Invalid(BlockRequest.StatusIoError);
        }
        written = BlockRequest.IdBytes;
        return BlockRequest.StatusOk;
    }

    private static bool TryCopyPrefix(string text, Span<byte> target)
    {
        target.Clear();
        Encoding.UTF8.GetEncoder().Convert(text, target, flush: false, out _, out _, out bool isWhole);
        return isWhole;
    }

    private bool IsInRange(ulong sector, uint lengthBytes) =>
        lengthBytes is > 0 and <= RequestBytesMax
        && lengthBytes % SectorBytes == 0
        && sector <= _capacitySectors
        && lengthBytes / SectorBytes <= _capacitySectors - sector;

    private byte Invalid(byte status)
    {
        Metrics.InvalidRequests.Increment();
        return status;
    }
}
