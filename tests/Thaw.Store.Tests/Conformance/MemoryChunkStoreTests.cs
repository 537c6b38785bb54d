namespace Thaw.Store.Tests;

public sealed class MemoryChunkStoreTests : ChunkStoreConformance
{
    protected override IPrunableChunkStore Store { get; } = new MemoryChunkStore(TimeProvider.System);
}
