using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Thaw.Linux;

namespace Thaw.Store;

/// <summary>
/// A manifest as an object of a store: readable header, then the body, compressed and sealed by AES-256-GCM under a key
/// that its own data key gives for this layer only, with the header as additional data.
/// </summary>
internal static class LayerManifestCodec
{
    internal static byte[] Seal(LayerManifest manifest, DataKey key, IEntropy entropy)
    {
        if (key.Id != manifest.Header.Keys[0].DataKeyId)
        {
            throw new ArgumentException(
                $"Layer {manifest.Id} has data key {manifest.Header.Keys[0].DataKeyId}, not {key.Id}.", nameof(key));
        }
        byte[] body = Compress(manifest.Id, LayerBodyCodec.Encode(manifest));
        Span<byte> nonce = stackalloc byte[LayerHeaderCodec.NonceBytes];
        entropy.Fill(nonce);
        byte[] header = LayerHeaderCodec.Encode(manifest.Header, body.Length, nonce);
        long objectBytes = (long)header.Length + body.Length + LayerHeaderCodec.TagBytes;
        if (objectBytes > StoreLimits.ObjectBytesMax)
        {
            throw new LayerException(
                LayerFault.LimitExceeded,
                manifest.Id,
                $"would have a manifest of {objectBytes} bytes, the bound is {StoreLimits.ObjectBytesMax}");
        }
        byte[] sealedManifest = new byte[objectBytes];
        header.CopyTo(sealedManifest, 0);
        using AesGcm cipher = Cipher(key, manifest.Id);
        cipher.Encrypt(
            nonce,
            body,
            sealedManifest.AsSpan(header.Length, body.Length),
            sealedManifest.AsSpan(header.Length + body.Length),
            header);
        return sealedManifest;
    }

    /// <summary>Reads the readable part of a whole manifest.</summary>
    /// <exception cref="LayerException">It is damaged, malformed or another layer's.</exception>
    internal static LayerHeader ReadHeader(LayerId id, ReadOnlySpan<byte> sealedManifest)
    {
        LayerHeaderCodec.Extent extent = LayerHeaderCodec.ReadExtent(id, sealedManifest);
        return extent.ObjectBytes == sealedManifest.Length
            ? LayerHeaderCodec.Decode(id, sealedManifest[..extent.HeaderBytes])
            : throw new LayerException(
                LayerFault.Damaged, id, $"has {sealedManifest.Length} of {extent.ObjectBytes} bytes of its manifest");
    }

    /// <summary>Opens a whole manifest.</summary>
    /// <exception cref="LayerException">It is not what was sealed.</exception>
    internal static LayerManifest Open(LayerHeader header, DataKey key, ReadOnlySpan<byte> sealedManifest)
    {
        int headerBytes = LayerHeaderCodec.ReadExtent(header.Id, sealedManifest).HeaderBytes;
        ReadOnlySpan<byte> readable = sealedManifest[..headerBytes];
        byte[] body = new byte[sealedManifest.Length - headerBytes - LayerHeaderCodec.TagBytes];
        try
        {
            using AesGcm cipher = Cipher(key, header.Id);
            cipher.Decrypt(
                LayerHeaderCodec.NonceIn(readable),
                sealedManifest[headerBytes..^LayerHeaderCodec.TagBytes],
                sealedManifest[^LayerHeaderCodec.TagBytes..],
                body,
                readable);
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new LayerException(
                LayerFault.NotAuthentic, header.Id, $"has a manifest that data key {key.Id} did not seal", e);
        }
        return LayerBodyCodec.Decode(header, Decompress(header.Id, body));
    }

    private static AesGcm Cipher(DataKey key, LayerId id)
    {
        Span<byte> use = stackalloc byte[16 + LayerId.Bytes];
        "thaw manifest v1"u8.CopyTo(use);
        id.Write(use[16..]);
        Span<byte> subkey = stackalloc byte[DataKey.SecretBytes];
        key.Derive(use, subkey);
        AesGcm cipher = new(subkey, LayerHeaderCodec.TagBytes);
        CryptographicOperations.ZeroMemory(subkey);
        return cipher;
    }

    // A 32-bit length in front, so that a reader knows what it has to make room for.
    private static byte[] Compress(LayerId id, byte[] body)
    {
        if (body.Length > StoreLimits.ManifestBodyBytesMax)
        {
            throw new LayerException(
                LayerFault.LimitExceeded,
                id,
                $"has a body of {body.Length} bytes, the bound is {StoreLimits.ManifestBodyBytesMax}");
        }
        byte[] buffer = ArrayPool<byte>.Shared.Rent(sizeof(uint) + body.Length + (body.Length / 128) + 1024);
        try
        {
            BinaryPrimitives.WriteInt32LittleEndian(buffer, body.Length);
            using ZstdCompressor zstd = new(level: 3);
            bool isGood = zstd.TryCompress(body, buffer.AsSpan(sizeof(uint)), out int written);
            Core.Invariant.That(isGood);
            return buffer.AsSpan(0, sizeof(uint) + written).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Decompress(LayerId id, byte[] body)
    {
        uint length = body.Length >= sizeof(uint) ? BinaryPrimitives.ReadUInt32LittleEndian(body) : uint.MaxValue;
        if (length > StoreLimits.ManifestBodyBytesMax)
        {
            throw new LayerException(
                LayerFault.LimitExceeded,
                id,
                $"claims a body of {length} bytes, the bound is {StoreLimits.ManifestBodyBytesMax}");
        }
        byte[] decompressed = new byte[length];
        using ZstdDecompressor zstd = new();
        return zstd.TryDecompress(body.AsSpan(sizeof(uint)), decompressed, out int written) && written == length
            ? decompressed
            : throw new LayerException(
                LayerFault.Malformed, id, $"has a body that does not decompress to {length} bytes");
    }
}
