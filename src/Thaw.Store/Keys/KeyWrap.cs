using System.Security.Cryptography;

namespace Thaw.Store;

/// <summary>
/// Wraps a secret under another by AES-256-GCM with a random nonce: version (1) | nonce (12) | ciphertext (32) | tag
/// (16). Names and owner are bound to it.
/// </summary>
internal static class KeyWrap
{
    internal const int BlobBytes = 1 + NonceBytes + DataKey.SecretBytes + TagBytes;

    private const byte Version = 1;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    internal static byte[] Wrap(
        ReadOnlySpan<byte> wrappingKey, DataKey key, ReadOnlySpan<byte> binding, IEntropy entropy)
    {
        byte[] blob = new byte[BlobBytes];
        blob[0] = Version;
        Span<byte> nonce = blob.AsSpan(1, NonceBytes);
        entropy.Fill(nonce);
        Span<byte> secret = stackalloc byte[DataKey.SecretBytes];
        key.CopySecret(secret);
        using AesGcm cipher = new(wrappingKey, TagBytes);
        cipher.Encrypt(
            nonce,
            secret,
            blob.AsSpan(1 + NonceBytes, DataKey.SecretBytes),
            blob.AsSpan(1 + NonceBytes + DataKey.SecretBytes),
            binding);
        CryptographicOperations.ZeroMemory(secret);
        return blob;
    }

    /// <summary>Null when the blob is not what this key wrapped with this binding.</summary>
    internal static DataKey? Unwrap(
        ReadOnlySpan<byte> wrappingKey, KeyId id, ReadOnlySpan<byte> blob, ReadOnlySpan<byte> binding)
    {
        if (blob.Length != BlobBytes || blob[0] != Version)
        {
            return null;
        }
        Span<byte> secret = stackalloc byte[DataKey.SecretBytes];
        try
        {
            using AesGcm cipher = new(wrappingKey, TagBytes);
            cipher.Decrypt(
                blob.Slice(1, NonceBytes),
                blob.Slice(1 + NonceBytes, DataKey.SecretBytes),
                blob[(1 + NonceBytes + DataKey.SecretBytes)..],
                secret,
                binding);
            return new DataKey(id, secret);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>What a wrapped key is bound to: its use, its owner and the names of both keys.</summary>
    internal static byte[] Binding(ReadOnlySpan<byte> use, Keyspace keyspace, KeyId masterKey, KeyId dataKey)
    {
        FieldWriter writer = new();
        writer.Bytes(use);
        writer.Text(keyspace.ToString());
        Span<byte> id = stackalloc byte[KeyId.Bytes];
        masterKey.Write(id);
        writer.Bytes(id);
        dataKey.Write(id);
        writer.Bytes(id);
        return writer.ToArray();
    }
}
