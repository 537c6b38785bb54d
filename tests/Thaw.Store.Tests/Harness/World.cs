namespace Thaw.Store.Tests;

/// <summary>A store with everything around it, on a clock that stands still.</summary>
public sealed class World : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public World(int seed = 1)
    {
        Entropy = new SeededEntropy(seed);
        Memory = new MemoryChunkStore(Time);
        Store = new FaultInjectingChunkStore(Memory, Time);
        Keys = new LocalKeyFileService(_directory.Combine("keys.json"), Entropy, Time);
        Gate = new StoreGate(Store, Entropy, Time);
        Publisher = new LayerPublisher(Store, Gate, Keys, Entropy, Time);
        Catalog = new LayerCatalog(Store);
        Loader = new LayerLoader(Store, Keys, Entropy);
        Collector = new GarbageCollector(Store, Gate, Time);
        Verifier = new LayerVerifier(Store, Keys, Entropy);
    }

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public static Keyspace Alice { get; } = Keyspace.Account("alice");

    public static Keyspace Bob { get; } = Keyspace.Account("bob");

    public ManualTime Time { get; } = new();

    public IEntropy Entropy { get; }

    /// <summary>What is stored, without faults.</summary>
    public MemoryChunkStore Memory { get; }

    public FaultInjectingChunkStore Store { get; }

    public IKeyService Keys { get; }

    public StoreGate Gate { get; }

    public LayerPublisher Publisher { get; }

    public LayerCatalog Catalog { get; }

    public LayerLoader Loader { get; }

    public GarbageCollector Collector { get; }

    public LayerVerifier Verifier { get; }

    public static CollectionOptions NoGrace { get; } = new() { Grace = TimeSpan.Zero };

    public Task<LayerManifest> PublishBootAsync(
        byte[] memory, LayerKind kind = LayerKind.Boot, LayerId parent = default) =>
        PublishAsync(kind, Keyspace.Service, parent, memory);

    public Task<LayerManifest> PublishFunctionAsync(
        byte[] memory, LayerId parent = default, Keyspace? owner = null, params LayerId[] related) =>
        PublishAsync(LayerKind.Function, owner ?? Alice, parent, memory, related);

    public async Task<byte[]> ReadAsync(LayerId id, string space = LayerSpace.Memory)
    {
        using LayerChain chain = await Loader.LoadChainAsync(id, Token);
        PageResolver resolver = chain.Resolve(space);
        byte[] content = new byte[resolver.Space.PageCount * Pages.Bytes];
        await new LayerPageReader(resolver, new ChunkLoader(Store)).ReadAsync(0, content, Token);
        return content;
    }

    public async Task<List<StoreName>> ListAsync(StoreArea area)
    {
        List<StoreName> names = [];
        await foreach (StoreEntry entry in Memory.ListAsync(area, null, Token))
        {
            names.Add(entry.Name);
        }
        return names;
    }

    public void Dispose() => _directory.Dispose();

    private Task<LayerManifest> PublishAsync(
        LayerKind kind, Keyspace owner, LayerId parent, byte[] memory, params LayerId[] related) =>
        Publisher.PublishAsync(
            new PublishRequest
            {
                Kind = kind,
                Keyspace = owner,
                ParentId = parent,
                Related = related,
                PagesPerChunk = 4,
                Spaces =
                [
                    new SpaceSource
                    {
                        Name = LayerSpace.Memory,
                        LengthBytes = memory.Length,
                        Content = new MemoryPageReader(memory),
                    },
                ],
            },
            Token);
}
