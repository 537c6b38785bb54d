namespace Thaw.Store;

/// <summary>A chunk as a layer names it.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Pages">Pages in it.</param>
/// <param name="SealedBytes">Its length in the store when the layer was made.</param>
/// <param name="KeyIndex">Which of the layer's data keys it is under.</param>
/// <param name="IsShared">Whether it was in the store before this layer.</param>
public readonly record struct LayerChunk(ChunkId Id, int Pages, int SealedBytes, int KeyIndex, bool IsShared);
