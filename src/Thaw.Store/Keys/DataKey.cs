using System.Security.Cryptography;

namespace Thaw.Store;

/// <summary>
/// The secret that the chunks and manifests of a layer are sealed under, in the clear: kept as short as can be, wiped
/// when disposed, never moved by the garbage collector. What is done with it is done with keys derived from it, one for
/// each use.
/// </summary>
public sealed class DataKey : IDisposable
{
    /// <summary>Length of the secret in bytes.</summary>
    public const int SecretBytes = 32;

    private readonly byte[] _secret = GC.AllocateArray<byte>(SecretBytes, pinned: true);
    private bool _isDisposed;

    /// <summary>Takes a copy of a secret.</summary>
    /// <exception cref="ArgumentException">The secret has another length than <see cref="SecretBytes"/>.</exception>
    public DataKey(KeyId id, ReadOnlySpan<byte> secret)
    {
        if (secret.Length != SecretBytes)
        {
            throw new ArgumentException($"A data key has {SecretBytes} bytes, not {secret.Length}.", nameof(secret));
        }
        Id = id;
        secret.CopyTo(_secret);
    }

    /// <summary>The key's name.</summary>
    public KeyId Id { get; }

    /// <summary>A new random key.</summary>
    public static DataKey Create(IEntropy entropy)
    {
        Span<byte> secret = stackalloc byte[SecretBytes];
        entropy.Fill(secret);
        DataKey key = new(KeyId.Create(entropy), secret);
        CryptographicOperations.ZeroMemory(secret);
        return key;
    }

    /// <summary>Copies the secret, for a key service that wraps it; the caller wipes the copy.</summary>
    public void CopySecret(Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _secret.CopyTo(destination);
    }

    /// <summary>
    /// A key for one use (HKDF-SHA256, expand); the secret is uniformly random, so that extract is not needed.
    /// </summary>
    internal void Derive(ReadOnlySpan<byte> use, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        HKDF.Expand(HashAlgorithmName.SHA256, _secret, destination, use);
    }

    /// <summary>Wipes the secret.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        CryptographicOperations.ZeroMemory(_secret);
    }
}
