using System.Buffers.Binary;

namespace Thaw.Store;

/// <summary>The 48 bytes in front of a sealed chunk (docs/formats/chunk-store.md).</summary>
internal readonly ref struct ChunkHeader
{
    internal const int Bytes = 48;
    internal const int TagBytes = 16;
    internal const int NonceBytes = 12;
    internal const int OverheadBytes = Bytes + TagBytes;
    internal const uint Magic = 0x4b_48_43_54; // "TCHK"
    internal const byte FormatVersion = 1;
    internal const byte Aes256Gcm = 1;

    private const int NonceAt = 32;

    internal required Compression Compression { get; init; }

    internal required NonceKind Nonce { get; init; }

    internal required int PlaintextBytes { get; init; }

    internal required int PayloadBytes { get; init; }

    internal required KeyId KeyId { get; init; }

    internal static Span<byte> NonceIn(Span<byte> header) => header.Slice(NonceAt, NonceBytes);

    internal static ReadOnlySpan<byte> NonceIn(ReadOnlySpan<byte> header) => header.Slice(NonceAt, NonceBytes);

    /// <summary>Writes the header with a nonce of zeros.</summary>
    internal void Encode(Span<byte> destination)
    {
        destination[..Bytes].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Magic);
        destination[4] = FormatVersion;
        destination[5] = (byte)Compression;
        destination[6] = (byte)Nonce;
        destination[7] = Aes256Gcm;
        BinaryPrimitives.WriteInt32LittleEndian(destination[8..], PlaintextBytes);
        BinaryPrimitives.WriteInt32LittleEndian(destination[12..], PayloadBytes);
        KeyId.Write(destination[16..]);
    }

    /// <summary>Reads and checks the header of a whole sealed chunk.</summary>
    /// <exception cref="ChunkException">Anything that no writer makes.</exception>
    internal static ChunkHeader Decode(ChunkId id, ReadOnlySpan<byte> chunk)
    {
        if (chunk.Length < OverheadBytes)
        {
            throw new ChunkException(
                ChunkFault.WrongLength, id, $"has {chunk.Length} bytes, the least is {OverheadBytes}");
        }
        if (BinaryPrimitives.ReadUInt32LittleEndian(chunk) != Magic)
        {
            throw new ChunkException(ChunkFault.Unsupported, id, "does not begin as a chunk");
        }
        if (chunk[4] != FormatVersion || chunk[5] > (byte)Compression.Zstd || chunk[7] != Aes256Gcm)
        {
            throw new ChunkException(
                ChunkFault.Unsupported,
                id,
                $"has format {chunk[4]}, compression {chunk[5]} and cipher {chunk[7]}, this build reads format "
                + $"{FormatVersion}, compressions 0 and 1 and cipher {Aes256Gcm}");
        }
        ChunkHeader header = new()
        {
            Compression = (Compression)chunk[5],
            Nonce = (NonceKind)chunk[6],
            PlaintextBytes = BinaryPrimitives.ReadInt32LittleEndian(chunk[8..]),
            PayloadBytes = BinaryPrimitives.ReadInt32LittleEndian(chunk[12..]),
            KeyId = KeyId.Read(chunk[16..]),
        };
        header.Check(id, chunk);
        return header;
    }

    private void Check(ChunkId id, ReadOnlySpan<byte> chunk)
    {
        if (PayloadBytes != chunk.Length - OverheadBytes)
        {
            throw new ChunkException(
                ChunkFault.WrongLength,
                id,
                $"has {chunk.Length} bytes, its header says {(long)PayloadBytes + OverheadBytes}");
        }
        bool isSized = PlaintextBytes is > 0 and <= StoreLimits.ChunkBytesMax
            && (Compression == Compression.Stored ? PayloadBytes == PlaintextBytes : PayloadBytes < PlaintextBytes);
        bool isReserved = BinaryPrimitives.ReadUInt32LittleEndian(chunk[(NonceAt + NonceBytes)..]) == 0;
        if (!isSized || !isReserved || Nonce is not (NonceKind.Synthetic or NonceKind.Random))
        {
            throw new ChunkException(
                ChunkFault.Malformed,
                id,
                $"claims {PlaintextBytes} bytes from {PayloadBytes}, nonce kind {(int)Nonce}, the bound is "
                + $"{StoreLimits.ChunkBytesMax}");
        }
    }
}
