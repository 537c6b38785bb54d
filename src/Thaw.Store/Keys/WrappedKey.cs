namespace Thaw.Store;

/// <summary>A data key encrypted under a master key of a key service; safe to store.</summary>
/// <param name="DataKeyId">The data key's name.</param>
/// <param name="MasterKeyId">The master key's name.</param>
/// <param name="Blob">What the key service made; nobody else looks into it.</param>
public sealed record WrappedKey(KeyId DataKeyId, KeyId MasterKeyId, ReadOnlyMemory<byte> Blob);
