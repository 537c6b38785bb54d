using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Thaw.Store;

/// <summary>Reads or writes an export file front to back, and hashes all of it.</summary>
internal sealed class ExportStream : IDisposable
{
    internal const int ChecksumBytes = 32;

    private readonly Stream _stream;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    internal ExportStream(Stream stream) => _stream = stream;

    internal async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        _hash.AppendData(bytes.Span);
        await _stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
    }

    internal async ValueTask WriteSizedAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        byte[] length = new byte[sizeof(uint)];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        await WriteAsync(length, cancellationToken).ConfigureAwait(false);
        await WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
    }

    internal async ValueTask WriteChecksumAsync(CancellationToken cancellationToken) =>
        await _stream.WriteAsync(_hash.GetHashAndReset(), cancellationToken).ConfigureAwait(false);

    /// <exception cref="ExportException">The file ends before.</exception>
    internal async ValueTask ReadAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        await FillAsync(destination, cancellationToken).ConfigureAwait(false);
        _hash.AppendData(destination.Span);
    }

    /// <exception cref="ExportException">The file ends before, or claims more than the bound.</exception>
    internal async ValueTask<byte[]> ReadSizedAsync(int bytesMax, CancellationToken cancellationToken)
    {
        byte[] length = new byte[sizeof(uint)];
        await ReadAsync(length, cancellationToken).ConfigureAwait(false);
        uint bytes = BinaryPrimitives.ReadUInt32LittleEndian(length);
        if (bytes > bytesMax)
        {
            throw new ExportException(
                ExportFault.Malformed, $"The export claims a part of {bytes} bytes, the bound is {bytesMax}.");
        }
        byte[] part = new byte[bytes];
        await ReadAsync(part, cancellationToken).ConfigureAwait(false);
        return part;
    }

    /// <exception cref="ExportException">The checksum is wrong, or the file goes on.</exception>
    internal async ValueTask RequireEndAsync(CancellationToken cancellationToken)
    {
        byte[] actual = _hash.GetHashAndReset();
        byte[] expected = new byte[ChecksumBytes];
        await FillAsync(expected, cancellationToken).ConfigureAwait(false);
        int more = await _stream.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false);
        if (!actual.AsSpan().SequenceEqual(expected) || more != 0)
        {
            throw new ExportException(
                ExportFault.Damaged,
                more != 0 ? "The export goes on behind its end." : "The export's checksum is wrong.");
        }
    }

    public void Dispose() => _hash.Dispose();

    private async ValueTask FillAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        try
        {
            await _stream.ReadExactlyAsync(destination, cancellationToken).ConfigureAwait(false);
        }
        catch (EndOfStreamException e)
        {
            throw new ExportException(ExportFault.Damaged, "The export ends before its end.", e);
        }
    }
}
