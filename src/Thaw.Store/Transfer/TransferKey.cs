using System.Security.Cryptography;

namespace Thaw.Store;

/// <summary>
/// The key that a passphrase gives for one export file (PBKDF2-SHA256): data keys travel wrapped under it.
/// </summary>
internal sealed class TransferKey : IDisposable
{
    internal const int SaltBytes = KeyId.Bytes;
    internal const int IterationsDefault = 600_000;
    internal const int IterationsMin = 100_000;
    internal const int IterationsMax = 10_000_000;

    private readonly byte[] _key;
    private readonly KeyId _salt;

    internal TransferKey(string passphrase, ReadOnlySpan<byte> salt, int iterations)
    {
        _salt = KeyId.Read(salt);
        _key = Rfc2898DeriveBytes.Pbkdf2(passphrase, salt, iterations, HashAlgorithmName.SHA256, DataKey.SecretBytes);
    }

    internal byte[] Wrap(Keyspace keyspace, DataKey key, IEntropy entropy) =>
        KeyWrap.Wrap(_key, key, Binding(keyspace, key.Id), entropy);

    /// <summary>Null when another passphrase wrapped it.</summary>
    internal DataKey? Unwrap(Keyspace keyspace, KeyId id, ReadOnlySpan<byte> blob) =>
        KeyWrap.Unwrap(_key, id, blob, Binding(keyspace, id));

    public void Dispose() => CryptographicOperations.ZeroMemory(_key);

    private byte[] Binding(Keyspace keyspace, KeyId id) =>
        KeyWrap.Binding("thaw transfer v1"u8, keyspace, _salt, id);
}
