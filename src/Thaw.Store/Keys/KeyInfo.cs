namespace Thaw.Store;

/// <summary>What may be told about a master key.</summary>
/// <param name="Keyspace">Whose it is.</param>
/// <param name="Id">Its name.</param>
/// <param name="State">What it is good for.</param>
/// <param name="Created">When it was made.</param>
public sealed record KeyInfo(Keyspace Keyspace, KeyId Id, KeyState State, DateTimeOffset Created);
