using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Thaw.Store;

/// <summary>
/// Names, seals and opens the chunks of one data key. Sealing is compression, then AES-256-GCM under a key of the
/// chunk's own, with name, keyspace and header as additional data; opening verifies all of it. Safe for several
/// threads.
/// </summary>
/// <remarks>Why no key and nonce come twice: docs/design/0010-chunk-store.md.</remarks>
public sealed class ChunkSealer : IDisposable
{
    /// <summary>How much longer than its plaintext a sealed chunk can be, in bytes.</summary>
    public const int OverheadBytes = ChunkHeader.OverheadBytes;

    /// <summary>The zstd level that chunks are compressed with.</summary>
    public const int CompressionLevel = ZstdContexts.ChunkLevel;

    private const int SubkeyBytes = 32;
    private const byte CipherUse = 1;
    private const byte NonceUse = 2;

    private readonly byte[] _namingKey = GC.AllocateArray<byte>(SubkeyBytes, pinned: true);
    private readonly byte[] _sealingKey = GC.AllocateArray<byte>(SubkeyBytes, pinned: true);
    private readonly byte[] _keyspace;
    private readonly IEntropy _entropy;
    private bool _isDisposed;

    /// <summary>Derives what is needed from a data key, which may be disposed afterwards.</summary>
    /// <param name="key">The data key.</param>
    /// <param name="keyspace">Whose chunks these are; the service's are sealed with synthetic nonces.</param>
    /// <param name="entropy">Where random nonces come from.</param>
    public ChunkSealer(DataKey key, Keyspace keyspace, IEntropy entropy)
    {
        key.Derive("thaw chunk name v1"u8, _namingKey);
        key.Derive("thaw chunk seal v1"u8, _sealingKey);
        KeyId = key.Id;
        Keyspace = keyspace;
        _keyspace = Encoding.ASCII.GetBytes(keyspace.ToString());
        _entropy = entropy;
    }

    /// <summary>The data key's name.</summary>
    public KeyId KeyId { get; }

    /// <summary>Whose chunks these are.</summary>
    public Keyspace Keyspace { get; }

    /// <summary>Room that the sealed form of a plaintext needs at most, in bytes.</summary>
    public static int SealedBytesMax(int plaintextBytes) => plaintextBytes + OverheadBytes;

    /// <summary>The name that this plaintext has under this data key.</summary>
    public ChunkId Name(ReadOnlySpan<byte> plaintext)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        Span<byte> hash = stackalloc byte[ChunkId.Bytes];
        HMACSHA256.HashData(_namingKey, plaintext, hash);
        return ChunkId.Read(hash);
    }

    /// <summary>Seals a plaintext into a chunk of its own.</summary>
    public Chunk Seal(ReadOnlySpan<byte> plaintext)
    {
        ChunkId id = Name(plaintext);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(SealedBytesMax(plaintext.Length));
        int length = Seal(id, plaintext, buffer);
        byte[] chunk = buffer.AsSpan(0, length).ToArray();
        ArrayPool<byte>.Shared.Return(buffer);
        return new Chunk(id, chunk, plaintext.Length);
    }

    /// <summary>Seals a plaintext.</summary>
    /// <param name="id">What <see cref="Name"/> says for it.</param>
    /// <param name="plaintext">1 to <see cref="StoreLimits.ChunkBytesMax"/> bytes.</param>
    /// <param name="destination">At least <see cref="SealedBytesMax"/> bytes.</param>
    /// <returns>The sealed chunk's length.</returns>
    public int Seal(ChunkId id, ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentOutOfRangeException.ThrowIfZero(plaintext.Length, nameof(plaintext));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(plaintext.Length, StoreLimits.ChunkBytesMax, nameof(plaintext));
        ArgumentOutOfRangeException.ThrowIfLessThan(
            destination.Length, SealedBytesMax(plaintext.Length), nameof(destination));

        // Less than a sixteenth gained is not worth the time that every start would spend on it.
        Span<byte> room = destination.Slice(ChunkHeader.Bytes, plaintext.Length - (plaintext.Length / 16));
        bool isCompressed = ZstdContexts.TryCompress(plaintext, room, out int payloadBytes)
            && payloadBytes < plaintext.Length;
        if (!isCompressed)
        {
            payloadBytes = plaintext.Length;
            plaintext.CopyTo(destination[ChunkHeader.Bytes..]);
        }

        NonceKind nonceKind = Keyspace.IsService ? NonceKind.Synthetic : NonceKind.Random;
        new ChunkHeader
        {
            Compression = isCompressed ? Compression.Zstd : Compression.Stored,
            Nonce = nonceKind,
            PlaintextBytes = plaintext.Length,
            PayloadBytes = payloadBytes,
            KeyId = KeyId,
        }.Encode(destination);
        Encrypt(id, destination[..(payloadBytes + OverheadBytes)], nonceKind);
        return payloadBytes + OverheadBytes;
    }

    /// <summary>Opens a chunk and verifies all of it.</summary>
    /// <param name="id">The name under which it was asked for.</param>
    /// <param name="chunk">What came.</param>
    /// <param name="destination">For the plaintext; at least as long as that.</param>
    /// <returns>The plaintext's length.</returns>
    /// <exception cref="ChunkException">It is not what its name says; the destination holds nothing of it.</exception>
    public int Open(ChunkId id, ReadOnlySpan<byte> chunk, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ChunkHeader header = ChunkHeader.Decode(id, chunk);
        if (header.KeyId != KeyId)
        {
            throw new ChunkException(
                ChunkFault.WrongKey, id, $"is under data key {header.KeyId}, its manifest says {KeyId}");
        }
        if (header.PlaintextBytes > destination.Length)
        {
            throw new ChunkException(
                ChunkFault.WrongLength,
                id,
                $"has {header.PlaintextBytes} bytes of content, its manifest says {destination.Length}");
        }

        Span<byte> plaintext = destination[..header.PlaintextBytes];
        try
        {
            Open(id, header, chunk, plaintext);
        }
        catch (ChunkException)
        {
            plaintext.Clear();
            throw;
        }
        return plaintext.Length;
    }

    /// <summary>Wipes the keys.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        CryptographicOperations.ZeroMemory(_namingKey);
        CryptographicOperations.ZeroMemory(_sealingKey);
    }

    private void Open(ChunkId id, ChunkHeader header, ReadOnlySpan<byte> chunk, Span<byte> plaintext)
    {
        if (header.Compression == Compression.Stored)
        {
            Decrypt(id, chunk, plaintext);
        }
        else
        {
            byte[] frame = ArrayPool<byte>.Shared.Rent(header.PayloadBytes);
            try
            {
                Span<byte> payload = frame.AsSpan(0, header.PayloadBytes);
                Decrypt(id, chunk, payload);
                if (!ZstdContexts.TryDecompress(payload, plaintext, out int written) || written != plaintext.Length)
                {
                    throw new ChunkException(
                        ChunkFault.NotDecompressible, id, $"does not decompress to {plaintext.Length} bytes");
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(frame);
            }
        }
        if (Name(plaintext) is ChunkId actual && actual != id)
        {
            throw new ChunkException(ChunkFault.WrongName, id, $"has the content of chunk {actual}");
        }
    }

    // The payload is encrypted where it lies, between header and tag.
    private void Encrypt(ChunkId id, Span<byte> chunk, NonceKind nonceKind)
    {
        Span<byte> key = stackalloc byte[SubkeyBytes];
        Span<byte> nonce = ChunkHeader.NonceIn(chunk);
        if (nonceKind == NonceKind.Random)
        {
            _entropy.Fill(nonce);
        }
        else
        {
            DeriveChunkKey(id, NonceUse, key);
            Span<byte> hash = stackalloc byte[ChunkId.Bytes];
            HMACSHA256.HashData(key, chunk[..^ChunkHeader.TagBytes], hash);
            hash[..ChunkHeader.NonceBytes].CopyTo(nonce);
        }
        Span<byte> payload = chunk[ChunkHeader.Bytes..^ChunkHeader.TagBytes];
        Span<byte> binding = stackalloc byte[BindingBytesMax];
        binding = Bind(id, chunk[..ChunkHeader.Bytes], binding);
        DeriveChunkKey(id, CipherUse, key);
        using AesGcm cipher = new(key, ChunkHeader.TagBytes);
        cipher.Encrypt(nonce, payload, payload, chunk[^ChunkHeader.TagBytes..], binding);
        CryptographicOperations.ZeroMemory(key);
    }

    private void Decrypt(ChunkId id, ReadOnlySpan<byte> chunk, Span<byte> payload)
    {
        Span<byte> key = stackalloc byte[SubkeyBytes];
        DeriveChunkKey(id, CipherUse, key);
        Span<byte> binding = stackalloc byte[BindingBytesMax];
        binding = Bind(id, chunk[..ChunkHeader.Bytes], binding);
        try
        {
            using AesGcm cipher = new(key, ChunkHeader.TagBytes);
            cipher.Decrypt(
                ChunkHeader.NonceIn(chunk),
                chunk[ChunkHeader.Bytes..^ChunkHeader.TagBytes],
                chunk[^ChunkHeader.TagBytes..],
                payload,
                binding);
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new ChunkException(ChunkFault.NotAuthentic, id, "is not authentic", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    // A key of the chunk's own: one for GCM, another for its synthetic nonce.
    private void DeriveChunkKey(ChunkId id, byte use, Span<byte> key)
    {
        Span<byte> input = stackalloc byte[ChunkId.Bytes + 1];
        id.Write(input);
        input[ChunkId.Bytes] = use;
        HMACSHA256.HashData(_sealingKey, input, key);
    }

    private static int BindingBytesMax => 16 + ChunkId.Bytes + 1 + 128 + ChunkHeader.Bytes;

    private Span<byte> Bind(ChunkId id, ReadOnlySpan<byte> header, Span<byte> destination)
    {
        ReadOnlySpan<byte> use = "thaw chunk v1\0\0\0"u8;
        use.CopyTo(destination);
        int at = use.Length;
        id.Write(destination[at..]);
        at += ChunkId.Bytes;
        destination[at++] = (byte)_keyspace.Length;
        _keyspace.CopyTo(destination[at..]);
        at += _keyspace.Length;
        header.CopyTo(destination[at..]);
        return destination[..(at + header.Length)];
    }
}
