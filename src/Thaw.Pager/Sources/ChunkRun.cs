namespace Thaw.Pager.Sources;

/// <summary>Consecutive pages that lie one behind the other in a chunk.</summary>
/// <param name="First">Number of the first page in guest memory.</param>
/// <param name="Count">How many.</param>
/// <param name="PageInChunk">Where the first lies in the chunk.</param>
internal readonly record struct ChunkRun(uint First, uint Count, int PageInChunk);
