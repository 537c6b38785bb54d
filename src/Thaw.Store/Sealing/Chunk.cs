namespace Thaw.Store;

/// <summary>A sealed chunk: what a store holds under its name. Never changed.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Sealed">Header, ciphertext and tag.</param>
/// <param name="PlaintextBytes">Length of what is in it.</param>
public sealed record Chunk(ChunkId Id, ReadOnlyMemory<byte> Sealed, int PlaintextBytes);
