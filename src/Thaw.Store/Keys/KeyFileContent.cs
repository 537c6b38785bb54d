using System.Text.Json.Serialization;

namespace Thaw.Store;

/// <summary>What a key file holds. Wiped when disposed.</summary>
internal sealed class KeyFileContent : IDisposable
{
    internal const int FormatVersion = 1;

    [JsonPropertyName("format")]
    public required int Format { get; init; }

    /// <summary>Oldest first.</summary>
    [JsonPropertyName("keys")]
    public required List<KeyFileEntry> Keys { get; init; }

    internal static KeyFileContent Empty() => new() { Format = FormatVersion, Keys = [] };

    internal KeyFileEntry? FindActive(Keyspace keyspace) =>
        Keys.Find(key => key.State == KeyState.Active && key.Keyspace == keyspace.ToString());

    internal KeyFileEntry? Find(Keyspace keyspace, KeyId id) =>
        Keys.Find(key => key.Keyspace == keyspace.ToString() && key.Id == id.ToString());

    internal bool IsRevoked(Keyspace keyspace) =>
        FindActive(keyspace) is null && Keys.Exists(key => key.Keyspace == keyspace.ToString());

    public void Dispose() => Keys.ForEach(key => key.Wipe());
}
