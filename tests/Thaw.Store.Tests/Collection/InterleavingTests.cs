using System.Collections.Immutable;

namespace Thaw.Store.Tests;

/// <summary>
/// Publications, deletions and collections on one store, their requests interleaved at random (the same way for the
/// same seed), some of them killed on the way: whatever has a root has everything that it names, at every moment.
/// </summary>
public sealed class InterleavingTests
{
    private const int ChunkNames = 6;

    private readonly ManualTime _time = new();
    private readonly MemoryChunkStore _memory;
    private readonly SeededEntropy _entropy = new(7);
    private readonly List<(TaskCompletionSource Turn, int Actor)> _waiting = [];
    private readonly HashSet<int> _killed = [];

    public InterleavingTests() => _memory = new MemoryChunkStore(_time);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 80)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Actors_Interleaved_NeverLeaveARootWithoutItsChunks(int seed)
    {
        Random random = new(seed);
        int turns = 0;
        List<Task> actors = [];
        for (int i = 0; i < 7; i++)
        {
            IPrunableChunkStore store = new TurnTakingChunkStore(_memory, this, i);
            actors.Add((i % 3) switch
            {
                0 => CollectAsync(store),
                _ => PublishAsync(store, random),
            });
        }

        while (actors.Exists(actor => !actor.IsCompleted))
        {
            Assert.True(++turns < 300_000, $"The actors do not come to an end.");
            TakeTurn(random, actors);
            await AssertRootsAreWholeAsync();
        }
        // The same actors whose store failed as if they were dead; nothing else may go wrong.
        foreach (Task actor in actors.Where(actor => actor.IsFaulted))
        {
            Assert.IsType<StoreException>(actor.Exception!.InnerException);
        }
    }

    internal Task TurnAsync(int actor)
    {
        TaskCompletionSource turn = new();
        _waiting.Add((turn, actor));
        return turn.Task;
    }

    internal bool IsKilled(int actor) => _killed.Contains(actor);

    private void TakeTurn(Random random, List<Task> actors)
    {
        if (random.Next(60) == 0 && _killed.Count < 2)
        {
            _killed.Add(random.Next(actors.Count));
        }
        if (_waiting.Count == 0 || random.Next(20) == 0)
        {
            Assert.True(_time.FireNext() || _waiting.Count > 0, "Actors wait for nothing.");
            return;
        }
        int index = random.Next(_waiting.Count);
        (TaskCompletionSource turn, int _) = _waiting[index];
        _waiting.RemoveAt(index);
        turn.SetResult();
    }

    // Stores chunks of few names, so that publications share them and collections want them; sometimes gives them up
    // again.
    private async Task PublishAsync(IPrunableChunkStore store, Random random)
    {
        StoreGate gate = new(store, _entropy, _time, new GateOptions { WaitMax = TimeSpan.FromDays(1) });
        for (int round = 0; round < 3; round++)
        {
            LayerId id = LayerId.Create(_entropy);
            await using (PublicationTicket ticket = await gate.EnterAsync(World.Token).ConfigureAwait(false))
            {
                ChunkId[] chunks = [.. Enumerable.Range(0, ChunkNames).Where(_ => random.Next(2) == 0).Select(ChunkOf)];
                foreach (ChunkId chunk in chunks)
                {
                    await store.PutAsync(StoreName.For(chunk), new byte[10], PutMode.IfAbsent, World.Token)
                        .ConfigureAwait(false);
                }
                await LayerCommit.RunAsync(store, ticket, [new(id, ManifestOf(id, chunks))], id, World.Token)
                    .ConfigureAwait(false);
            }
            if (random.Next(3) > 0)
            {
                await new LayerCatalog(store).RemoveRootAsync(id, World.Token).ConfigureAwait(false);
            }
        }
    }

    private async Task CollectAsync(IPrunableChunkStore store)
    {
        StoreGate gate = new(store, _entropy, _time, new GateOptions { WaitMax = TimeSpan.FromDays(1) });
        GarbageCollector collector = new(store, gate, _time);
        for (int round = 0; round < 3; round++)
        {
            await collector.RunAsync(World.NoGrace with { Parallelism = 2 }, World.Token).ConfigureAwait(false);
        }
    }

    private static ChunkId ChunkOf(int number)
    {
        byte[] bytes = new byte[ChunkId.Bytes];
        bytes[0] = (byte)number;
        return ChunkId.Read(bytes);
    }

    private byte[] ManifestOf(LayerId id, ChunkId[] chunks)
    {
        using DataKey key = DataKey.Create(_entropy);
        LayerHeader header = new()
        {
            Id = id,
            ParentId = default,
            Kind = LayerKind.Boot,
            Keyspace = Keyspace.Service,
            Created = _time.GetUtcNow(),
            Keys = [new WrappedKey(key.Id, default, new byte[10])],
            ChunkIds = [.. chunks],
        };
        ImmutableArray<LayerChunk> named = [.. chunks.Select(chunk => new LayerChunk(chunk, 1, 10, 0, false))];
        LayerManifest manifest = new(header, 1, named, [], [], [], default);
        return LayerManifestCodec.Seal(manifest, key, _entropy);
    }

    private async Task AssertRootsAreWholeAsync()
    {
        LayerCatalog catalog = new(_memory);
        await foreach (LayerId id in catalog.ListRootsAsync(World.Token))
        {
            LayerHeader header = await catalog.ReadHeaderAsync(id, World.Token);
            foreach (ChunkId chunk in header.ChunkIds)
            {
                Assert.NotNull(await _memory.FindAsync(StoreName.For(chunk), World.Token));
            }
        }
    }
}
