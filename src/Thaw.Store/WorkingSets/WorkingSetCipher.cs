using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Thaw.Store;

/// <summary>
/// AES-256-GCM of a layer's working set pages, under a key of the layer's data key and of the layer: each object has a
/// random prefix of its nonces, each part of it a number.
/// </summary>
internal sealed class WorkingSetCipher : IDisposable
{
    internal const int PrefixBytes = 8;
    internal const int TagBytes = 16;

    private readonly AesGcm _cipher;

    internal WorkingSetCipher(DataKey key, LayerId id)
    {
        ReadOnlySpan<byte> label = "thaw working set pages v1"u8;
        Span<byte> use = stackalloc byte[label.Length + LayerId.Bytes];
        label.CopyTo(use);
        id.Write(use[label.Length..]);
        Span<byte> subkey = stackalloc byte[DataKey.SecretBytes];
        key.Derive(use, subkey);
        _cipher = new AesGcm(subkey, TagBytes);
        CryptographicOperations.ZeroMemory(subkey);
    }

    /// <summary>Seals in place: plaintext, then room for the tag.</summary>
    internal void Seal(ReadOnlySpan<byte> head, uint part, Span<byte> content)
    {
        Span<byte> nonce = stackalloc byte[PrefixBytes + sizeof(uint)];
        MakeNonce(head, part, nonce);
        Span<byte> text = content[..^TagBytes];
        _cipher.Encrypt(nonce, text, text, content[^TagBytes..], head);
    }

    /// <summary>Opens in place; false where it is not what was sealed.</summary>
    internal bool TryOpen(ReadOnlySpan<byte> head, uint part, Span<byte> content)
    {
        if (content.Length < TagBytes)
        {
            return false;
        }
        Span<byte> nonce = stackalloc byte[PrefixBytes + sizeof(uint)];
        MakeNonce(head, part, nonce);
        Span<byte> text = content[..^TagBytes];
        try
        {
            _cipher.Decrypt(nonce, text, content[^TagBytes..], text, head);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    public void Dispose() => _cipher.Dispose();

    // The prefix is the head's end.
    private static void MakeNonce(ReadOnlySpan<byte> head, uint part, Span<byte> nonce)
    {
        head[^PrefixBytes..].CopyTo(nonce);
        BinaryPrimitives.WriteUInt32LittleEndian(nonce[PrefixBytes..], part);
    }
}
