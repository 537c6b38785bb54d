namespace Thaw.Worker;

/// <summary>What may be told about a master key.</summary>
/// <param name="Keyspace">Whose it is: service, or account/ID.</param>
/// <param name="Id">Its name.</param>
/// <param name="State">active, retired or destroyed.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record MasterKey(string Keyspace, string Id, string State, DateTimeOffset CreatedAt);
