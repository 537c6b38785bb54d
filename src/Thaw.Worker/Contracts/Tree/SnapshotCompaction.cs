namespace Thaw.Worker;

/// <summary>A layer that was laid out anew: the same content under another name.</summary>
/// <param name="FromId">The layer as it was; it stays until it is given up.</param>
/// <param name="ToId">The layer that is to take its place.</param>
/// <param name="KeyId">The master key that the new layer is under.</param>
/// <param name="WorkingSetPages">Pages of its own that come first now.</param>
/// <param name="BytesStored">Bytes that the new layer added to the store.</param>
public sealed record SnapshotCompaction(
    string FromId, string ToId, string KeyId, long WorkingSetPages, long BytesStored);
