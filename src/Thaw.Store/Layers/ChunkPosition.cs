namespace Thaw.Store;

/// <summary>A page in a layer's data.</summary>
/// <param name="SequenceIndex">Which chunk, as an index in the layer's sequence.</param>
/// <param name="PageInChunk">Which page of it.</param>
public readonly record struct ChunkPosition(int SequenceIndex, int PageInChunk);
