namespace Thaw.Store;

/// <summary>What a store knows about an object without reading it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="SizeBytes">Its length.</param>
/// <param name="Modified">When it was written, by the store's clock.</param>
public readonly record struct StoreEntry(StoreName Name, long SizeBytes, DateTimeOffset Modified);
