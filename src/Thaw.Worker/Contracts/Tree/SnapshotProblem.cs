namespace Thaw.Worker;

/// <summary>Something that is wrong in the store.</summary>
/// <param name="Layer">In which layer.</param>
/// <param name="Chunk">In which of its chunks; null where it is about the layer itself.</param>
/// <param name="Message">What it is.</param>
public sealed record SnapshotProblem(string Layer, string? Chunk, string Message);
