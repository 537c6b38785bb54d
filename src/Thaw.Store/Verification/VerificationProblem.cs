namespace Thaw.Store;

/// <summary>Something that a verification found.</summary>
/// <param name="Layer">In which layer.</param>
/// <param name="Chunk">In which of its chunks; null when it is about the layer itself.</param>
/// <param name="Cause">
/// A <see cref="LayerException"/>, <see cref="ChunkException"/> or <see cref="KeyException"/>.
/// </param>
public sealed record VerificationProblem(LayerId Layer, ChunkId? Chunk, Exception Cause);
