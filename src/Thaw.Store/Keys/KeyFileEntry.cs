using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace Thaw.Store;

/// <summary>A master key as the key file has it.</summary>
internal sealed class KeyFileEntry
{
    [JsonPropertyName("keyspace")]
    public required string Keyspace { get; init; }

    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("state")]
    public required KeyState State { get; set; }

    [JsonPropertyName("created")]
    public required DateTimeOffset Created { get; init; }

    /// <summary>32 bytes; null once destroyed.</summary>
    [JsonPropertyName("secret")]
    public byte[]? Secret { get; set; }

    internal bool IsGood =>
        Thaw.Store.Keyspace.TryParse(Keyspace, out _)
        && KeyId.TryParse(Id, out _)
        && Enum.IsDefined(State)
        && (State == KeyState.Destroyed ? Secret is null : Secret?.Length == DataKey.SecretBytes);

    internal void Destroy()
    {
        Wipe();
        State = KeyState.Destroyed;
        Secret = null;
    }

    internal void Wipe() => CryptographicOperations.ZeroMemory(Secret);
}
