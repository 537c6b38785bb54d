using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Thaw.Store;

/// <summary>Bytes of a manifest's readable part (docs/formats/chunk-store.md).</summary>
internal static class LayerHeaderCodec
{
    internal const int PreludeBytes = 96;
    internal const int ChecksumBytes = 32;
    internal const ushort FormatVersion = 1;
    internal const int NonceBytes = 12;
    internal const int TagBytes = 16;

    private const int VersionAt = 8;

    internal static ReadOnlySpan<byte> Magic => "THAWLAYR"u8;

    /// <summary>Where parts of a manifest lie.</summary>
    internal readonly record struct Extent(int HeaderBytes, long ObjectBytes, int BodyBytes);

    internal static byte[] Encode(LayerHeader header, int bodyBytes, ReadOnlySpan<byte> nonce)
    {
        byte[] tail = EncodeTail(header);
        int headerBytes = PreludeBytes + tail.Length + ChecksumBytes;
        FieldWriter writer = new();
        writer.Bytes(Magic);
        writer.UInt16(FormatVersion);
        writer.UInt16(0);
        writer.UInt32((uint)headerBytes);
        writer.UInt64((ulong)headerBytes + (ulong)bodyBytes + TagBytes);
        Id(writer, header.Id.Value);
        Id(writer, header.ParentId.Value);
        writer.Byte((byte)header.Kind);
        writer.Byte((byte)header.Keys.Length);
        writer.UInt16((ushort)header.Keyspace.ToString().Length);
        writer.UInt32((uint)header.ChunkIds.Length);
        writer.UInt64((ulong)header.Created.ToUnixTimeMilliseconds());
        writer.UInt32((uint)bodyBytes);
        writer.Bytes(nonce);
        writer.UInt64(0);
        writer.Bytes(tail);
        byte[] encoded = new byte[headerBytes];
        writer.Written.CopyTo(encoded);
        SHA256.HashData(writer.Written, encoded.AsSpan(^ChecksumBytes..));
        return encoded;
    }

    /// <summary>Reads how long header and object are from the first <see cref="PreludeBytes"/> bytes.</summary>
    /// <exception cref="LayerException">Not a manifest of this version, or absurd sizes.</exception>
    internal static Extent ReadExtent(LayerId id, ReadOnlySpan<byte> prelude)
    {
        if (prelude.Length < PreludeBytes)
        {
            throw new LayerException(
                LayerFault.Damaged, id, $"has a manifest of {prelude.Length} bytes, the least is {PreludeBytes}");
        }
        ushort version = BinaryPrimitives.ReadUInt16LittleEndian(prelude[VersionAt..]);
        if (!prelude.StartsWith(Magic) || version != FormatVersion)
        {
            throw new LayerException(
                LayerFault.Unsupported,
                id,
                prelude.StartsWith(Magic)
                    ? $"has manifest format {version}, this build reads {FormatVersion}"
                    : "has a manifest that does not begin as one");
        }
        uint headerBytes = BinaryPrimitives.ReadUInt32LittleEndian(prelude[12..]);
        ulong objectBytes = BinaryPrimitives.ReadUInt64LittleEndian(prelude[16..]);
        uint bodyBytes = BinaryPrimitives.ReadUInt32LittleEndian(prelude[72..]);
        if (objectBytes > StoreLimits.ObjectBytesMax || bodyBytes > StoreLimits.ManifestBodyBytesMax)
        {
            throw new LayerException(
                LayerFault.LimitExceeded,
                id,
                $"claims a manifest of {objectBytes} bytes with a body of {bodyBytes}, the bounds are "
                + $"{StoreLimits.ObjectBytesMax} and {StoreLimits.ManifestBodyBytesMax}");
        }
        if (headerBytes < PreludeBytes + ChecksumBytes || objectBytes != (ulong)headerBytes + bodyBytes + TagBytes)
        {
            throw new LayerException(
                LayerFault.Malformed,
                id,
                $"claims a manifest of {objectBytes} bytes from a header of {headerBytes} and a body of {bodyBytes}");
        }
        return new Extent((int)headerBytes, (long)objectBytes, (int)bodyBytes);
    }

    internal static ReadOnlySpan<byte> NonceIn(ReadOnlySpan<byte> header) => header.Slice(76, NonceBytes);

    /// <summary>Reads a whole header and checks it against its checksum and its name.</summary>
    /// <exception cref="LayerException">It is damaged, malformed or another layer's.</exception>
    internal static LayerHeader Decode(LayerId id, ReadOnlySpan<byte> header)
    {
        Extent extent = ReadExtent(id, header);
        if (header.Length != extent.HeaderBytes)
        {
            throw new LayerException(
                LayerFault.Damaged, id, $"has {header.Length} of {extent.HeaderBytes} bytes of its header");
        }
        Span<byte> checksum = stackalloc byte[ChecksumBytes];
        SHA256.HashData(header[..^ChecksumBytes], checksum);
        if (!checksum.SequenceEqual(header[^ChecksumBytes..]))
        {
            throw new LayerException(LayerFault.Damaged, id, "has a manifest with a wrong checksum");
        }
        LayerHeader decoded = DecodeFields(id, header[..^ChecksumBytes]);
        return decoded.Id == id
            ? decoded
            : throw new LayerException(LayerFault.WrongLayer, id, $"has the manifest of layer {decoded.Id}");
    }

    private static LayerHeader DecodeFields(LayerId id, ReadOnlySpan<byte> bytes)
    {
        FieldReader reader = new(bytes);
        reader.Bytes(24);
        LayerId ownId = new(KeyId.Read(reader.Bytes(KeyId.Bytes)));
        LayerId parentId = new(KeyId.Read(reader.Bytes(KeyId.Bytes)));
        LayerKind kind = (LayerKind)reader.Byte();
        int keyCount = reader.Byte();
        int keyspaceBytes = reader.UInt16();
        int chunkCount = (int)Math.Min(reader.UInt32(), int.MaxValue);
        long created = (long)Math.Min(reader.UInt64(), long.MaxValue);
        reader.Bytes(sizeof(uint) + NonceBytes);
        ulong reserved = reader.UInt64();

        bool hasKeyspace = Keyspace.TryParse(
            System.Text.Encoding.ASCII.GetString(reader.Bytes(keyspaceBytes)), out Keyspace keyspace);
        bool isGood = reader.IsGood && hasKeyspace && !ownId.IsNone && reserved == 0
            && Enum.IsDefined(kind)
            && keyCount is > 0 and <= StoreLimits.DataKeysPerLayerMax
            && created <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
        ImmutableArray<WrappedKey> keys = isGood ? DecodeKeys(ref reader, keyCount) : [];
        ImmutableArray<ChunkId> chunkIds = isGood ? DecodeChunkIds(ref reader, chunkCount) : [];
        if (!isGood || !reader.IsGood || reader.Remaining != 0)
        {
            throw new LayerException(LayerFault.Malformed, id, "has a manifest header that no writer makes");
        }
        return new LayerHeader
        {
            Id = ownId,
            ParentId = parentId,
            Kind = kind,
            Keyspace = keyspace,
            Created = DateTimeOffset.FromUnixTimeMilliseconds(created),
            Keys = keys,
            ChunkIds = chunkIds,
        };
    }

    private static ImmutableArray<WrappedKey> DecodeKeys(ref FieldReader reader, int count)
    {
        ImmutableArray<WrappedKey>.Builder keys = ImmutableArray.CreateBuilder<WrappedKey>(count);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> ids = reader.Bytes(2 * KeyId.Bytes);
            int blobBytes = reader.UInt16();
            if (blobBytes > StoreLimits.WrappedKeyBytesMax)
            {
                reader.Fail();
            }
            byte[] blob = reader.Bytes(blobBytes).ToArray();
            if (!reader.IsGood)
            {
                return [];
            }
            keys.Add(new WrappedKey(KeyId.Read(ids), KeyId.Read(ids[KeyId.Bytes..]), blob));
        }
        return keys.MoveToImmutable();
    }

    private static ImmutableArray<ChunkId> DecodeChunkIds(ref FieldReader reader, int count)
    {
        if (count > StoreLimits.ChunksPerLayerMax || (long)count * ChunkId.Bytes != reader.Remaining)
        {
            reader.Fail();
            return [];
        }
        ImmutableArray<ChunkId>.Builder ids = ImmutableArray.CreateBuilder<ChunkId>(count);
        for (int i = 0; i < count; i++)
        {
            ids.Add(ChunkId.Read(reader.Bytes(ChunkId.Bytes)));
        }
        return ids.MoveToImmutable();
    }

    private static byte[] EncodeTail(LayerHeader header)
    {
        FieldWriter writer = new();
        writer.Bytes(System.Text.Encoding.ASCII.GetBytes(header.Keyspace.ToString()));
        foreach (WrappedKey key in header.Keys)
        {
            Id(writer, key.DataKeyId);
            Id(writer, key.MasterKeyId);
            writer.UInt16(checked((ushort)key.Blob.Length));
            writer.Bytes(key.Blob.Span);
        }
        Span<byte> bytes = stackalloc byte[ChunkId.Bytes];
        foreach (ChunkId id in header.ChunkIds)
        {
            id.Write(bytes);
            writer.Bytes(bytes);
        }
        return writer.ToArray();
    }

    private static void Id(FieldWriter writer, KeyId id)
    {
        Span<byte> bytes = stackalloc byte[KeyId.Bytes];
        id.Write(bytes);
        writer.Bytes(bytes);
    }
}
