namespace Thaw.Pager.Sources;

/// <summary>What loading a chunk cost.</summary>
/// <param name="BytesMoved">Bytes as stored.</param>
/// <param name="BytesFromOrigin">Of these: bytes from past every cache on this machine.</param>
internal readonly record struct ChunkLoad(long BytesMoved, long BytesFromOrigin);
