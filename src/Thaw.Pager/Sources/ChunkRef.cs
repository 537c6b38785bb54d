namespace Thaw.Pager.Sources;

/// <summary>A chunk of a source.</summary>
/// <param name="Layer">Which layer: 0 is the leaf.</param>
/// <param name="Index">Which chunk of it.</param>
internal readonly record struct ChunkRef(int Layer, int Index);
