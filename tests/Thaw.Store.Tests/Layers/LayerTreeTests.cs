namespace Thaw.Store.Tests;

/// <summary>Composition of layers against plain arrays of pages.</summary>
public sealed class LayerTreeTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    // Trees of random depth, with random contents, dirty ranges, chunk sizes and several spaces: every page of every
    // layer is what the array has, by all ways to ask.
    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Tree_OfRandomLayers_ComposesToTheArrays(int seed)
    {
        using World world = new(seed);
        Random random = new(seed);
        int pages = random.Next(1, 200);
        byte[] memory = Pages.Mixed(seed, pages);
        byte[] disk = Pages.Mixed(seed + 1000, random.Next(1, 20));
        LayerId parent = default;
        List<(LayerId Id, byte[] Memory, byte[] Disk)> layers = [];
        int depth = random.Next(1, 6);
        for (int i = 0; i < depth; i++)
        {
            List<PageRange> dirty = [];
            byte[]? before = i == 0 ? null : memory;
            memory = i == 0 ? memory : Pages.Changed(memory, random.Next(), random.Next(2, 30), dirty);
            bool isTold = i > 0 && random.Next(2) == 0;
            PublishRequest request = new()
            {
                Kind = i < 2 ? LayerKind.Boot : LayerKind.Function,
                Keyspace = i < 2 ? Keyspace.Service : World.Alice,
                ParentId = parent,
                PagesPerChunk = random.Next(1, 17),
                Parallelism = random.Next(1, 5),
                WorkingSet = RandomWorkingSet(random, pages),
                Spaces =
                [
                    Space("disk/code", disk) with { IsInherited = random.Next(2) == 0 },
                    Space(LayerSpace.Memory, memory) with
                    {
                        Changed = isTold ? dirty : null,
                        Base = before is not null && random.Next(2) == 0 ? new MemoryPageReader(before) : null,
                    },
                ],
            };
            LayerManifest manifest = await world.Publisher.PublishAsync(request, World.Token);
            AssertOwnsOnlyChanges(manifest, before, memory);
            parent = manifest.Id;
            layers.Add((parent, memory, disk));
        }

        foreach ((LayerId id, byte[] expectedMemory, byte[] expectedDisk) in layers)
        {
            Assert.Equal(expectedMemory, await world.ReadAsync(id));
            Assert.Equal(expectedDisk, await world.ReadAsync(id, "disk/code"));
        }
        using LayerChain chain = await world.Loader.LoadChainAsync(parent, World.Token);
        await AssertEveryPageResolvesAsync(world, chain, memory);
        AssertChunksCoverTheirPages(chain.Resolve(LayerSpace.Memory));
        Assert.True((await world.Verifier.VerifyAllAsync(World.Token)).IsGood);
    }

    [Theory]
    [InlineData(100, 100)]
    [InlineData(100, 150)]
    [InlineData(150, 100)]
    [InlineData(0, 10)]
    [InlineData(10, 0)]
    public async Task Space_ThatGrowsOrShrinks_ComposesToTheArray(int parentPages, int childPages)
    {
        using World world = new();
        byte[] parent = Pages.Mixed(1, parentPages);
        byte[] child = Pages.Mixed(2, childPages);
        parent.AsSpan(0, Math.Min(parent.Length, child.Length)).CopyTo(child);
        LayerManifest boot = await world.PublishBootAsync(parent);

        LayerManifest function = await world.PublishFunctionAsync(child, boot.Id);

        Assert.Equal(child, await world.ReadAsync(function.Id));
    }

    [Fact]
    public async Task Space_WhoseLengthIsNoMultipleOfPages_EndsInZeros()
    {
        using World world = new();
        byte[] state = new byte[10_001];
        Random.Shared.NextBytes(state);
        LayerManifest layer = await world.Publisher.PublishAsync(
            new PublishRequest
            {
                Kind = LayerKind.Boot,
                Keyspace = Keyspace.Service,
                Spaces = [Space("state/vm", state)],
            },
            World.Token);

        byte[] read = await world.ReadAsync(layer.Id, "state/vm");

        Assert.Equal(10_001, layer.FindSpace("state/vm")!.LengthBytes);
        Assert.Equal([.. state, .. new byte[(3 * 4096) - 10_001]], read);
    }

    [Fact]
    public async Task Child_ThatEqualsItsParent_StoresNothing()
    {
        using World world = new();
        byte[] memory = Pages.Mixed(1, 50);
        LayerManifest boot = await world.PublishBootAsync(memory);
        int chunks = (await world.ListAsync(StoreArea.Chunk)).Count;

        LayerManifest function = await world.PublishFunctionAsync(memory, boot.Id);

        Assert.Equal(new LayerTotals(0, 0, 0, 0), function.Totals);
        Assert.Equal(chunks, (await world.ListAsync(StoreArea.Chunk)).Count);
        Assert.Equal(memory, await world.ReadAsync(function.Id));
    }

    [Fact]
    public async Task Zeros_AreRecordedAndNeverStored()
    {
        using World world = new();
        LayerManifest boot = await world.PublishBootAsync(new byte[100 * Pages.Bytes]);

        Assert.Equal(new LayerTotals(0, 100, 0, 0), boot.Totals);
        Assert.Empty(await world.ListAsync(StoreArea.Chunk));
        Assert.Single(boot.Spaces[0].Map.Runs);
    }

    [Fact]
    public async Task Page_ThatBecameZeroInTheChild_IsZero()
    {
        using World world = new();
        byte[] memory = Enumerable.Repeat((byte)7, 10 * Pages.Bytes).ToArray();
        LayerManifest boot = await world.PublishBootAsync(memory);
        byte[] changed = [.. memory];
        Pages.Of(changed, 3).Clear();

        LayerManifest function = await world.PublishFunctionAsync(changed, boot.Id);

        Assert.Equal(new LayerTotals(0, 1, 0, 0), function.Totals);
        Assert.Equal(changed, await world.ReadAsync(function.Id));
    }

    [Fact]
    public async Task ServiceLayers_WithEqualChunks_ShareThem()
    {
        using World world = new();
        byte[] memory = Pages.Mixed(3, 64);
        LayerManifest first = await world.PublishBootAsync(memory);
        LayerManifest second = await world.PublishBootAsync(memory);

        Assert.Equal(0, second.Totals.BytesStored);
        Assert.Equal(first.Totals.BytesStored, second.Totals.BytesShared);
        Assert.All(second.Chunks, chunk => Assert.True(chunk.IsShared));
    }

    [Fact]
    public async Task Accounts_WithEqualContent_ShareNothing()
    {
        using World world = new();
        byte[] memory = Pages.Mixed(3, 64);
        LayerManifest alices = await world.PublishFunctionAsync(memory);
        LayerManifest bobs = await world.PublishFunctionAsync(memory, owner: World.Bob);

        Assert.Empty(alices.Header.ChunkIds.Intersect(bobs.Header.ChunkIds));
        Assert.Equal(0, bobs.Totals.BytesShared);
    }

    [Fact]
    public async Task Versions_OfOneAccount_ShareWhatTheyAreToldToBeRelatedWith()
    {
        using World world = new();
        byte[] memory = Pages.Mixed(3, 64);
        LayerManifest first = await world.PublishFunctionAsync(memory);
        LayerManifest second = await world.PublishFunctionAsync(memory, related: first.Id);
        LayerManifest third = await world.PublishFunctionAsync(memory, related: second.Id);
        LayerManifest unrelated = await world.PublishFunctionAsync(memory);

        Assert.Equal(0, second.Totals.BytesStored);
        Assert.Equal(0, third.Totals.BytesStored);
        Assert.Equal(first.Totals.BytesStored, third.Totals.BytesShared);
        Assert.True(unrelated.Totals.BytesStored > 0);
        await world.Catalog.RemoveRootAsync(first.Id, World.Token);
        await world.Catalog.RemoveRootAsync(second.Id, World.Token);
        await world.Time.DriveAsync(world.Collector.RunAsync(World.NoGrace, World.Token));
        Assert.Equal(memory, await world.ReadAsync(third.Id));
    }

    [Fact]
    public async Task Relative_OfAnotherAccount_IsRefused()
    {
        using World world = new();
        LayerManifest bobs = await world.PublishFunctionAsync(Pages.Mixed(3, 8), owner: World.Bob);

        LayerException exception = await Assert.ThrowsAsync<LayerException>(
            () => world.PublishFunctionAsync(Pages.Mixed(3, 8), related: bobs.Id));

        Assert.Equal(LayerFault.WrongParent, exception.Fault);
    }

    private static SpaceSource Space(string name, byte[] content) => new()
    {
        Name = name,
        LengthBytes = content.Length,
        Content = new MemoryPageReader(content),
    };

    private static List<WorkingSetEntry> RandomWorkingSet(Random random, int pages)
    {
        List<WorkingSetEntry> entries = [];
        for (int i = random.Next(4); i > 0; i--)
        {
            uint first = (uint)random.Next(pages);
            entries.Add(new WorkingSetEntry(
                LayerSpace.Memory, new PageRange(first, (uint)random.Next(1, pages - (int)first + 1))));
        }
        return entries;
    }

    private static void AssertOwnsOnlyChanges(LayerManifest manifest, byte[]? before, byte[] after)
    {
        long expected = Enumerable.Range(0, after.Length / Pages.Bytes).LongCount(page =>
            Pages.Of(after, page).ContainsAnyExcept((byte)0)
            && (before is null || !Pages.Of(before, page).SequenceEqual(Pages.Of(after, page))));
        Assert.Equal(expected, manifest.FindSpace(LayerSpace.Memory)!.Map.StoredPages);
    }

    private static async Task AssertEveryPageResolvesAsync(World world, LayerChain chain, byte[] memory)
    {
        PageResolver resolver = chain.Resolve(LayerSpace.Memory);
        ChunkLoader loader = new(world.Store);
        byte[] chunk = new byte[StoreLimits.ChunkBytesMax];
        for (int page = 0; page < memory.Length / Pages.Bytes; page++)
        {
            PageSegment segment = resolver.Resolve((uint)page);
            Assert.Equal((uint)page, segment.First);
            if (segment.IsZero)
            {
                Assert.False(Pages.Of(memory, page).ContainsAnyExcept((byte)0));
                continue;
            }
            OpenLayer layer = chain.Layers[segment.Depth];
            ChunkPosition at = layer.Manifest.Locate(segment.Run.Position);
            int pages = await loader.LoadAsync(layer, at.SequenceIndex, chunk, World.Token);
            Assert.InRange(at.PageInChunk, 0, pages - 1);
            Assert.True(Pages.Of(chunk, at.PageInChunk).SequenceEqual(Pages.Of(memory, page)));
        }
    }

    // The pages of all chunks together are all pages that are not zero, each once, at the same positions.
    private static void AssertChunksCoverTheirPages(PageResolver resolver)
    {
        Dictionary<uint, (int Depth, uint Position)> byChunk = [];
        for (int depth = 0; depth < resolver.Chain.Layers.Length; depth++)
        {
            LayerManifest manifest = resolver.Chain.Layers[depth].Manifest;
            for (int sequenceIndex = 0; sequenceIndex < manifest.Sequence.Length; sequenceIndex++)
            {
                foreach (PageSegment segment in resolver.PagesOf(depth, sequenceIndex))
                {
                    for (uint i = 0; i < segment.Count; i++)
                    {
                        uint position = segment.Run.Position + i;
                        Assert.Equal(sequenceIndex, manifest.Locate(position).SequenceIndex);
                        byChunk.Add(segment.First + i, (depth, position));
                    }
                }
            }
        }
        Dictionary<uint, (int Depth, uint Position)> bySegment = [];
        foreach (PageSegment segment in resolver.Segments.Where(segment => !segment.IsZero))
        {
            for (uint i = 0; i < segment.Count; i++)
            {
                bySegment.Add(segment.First + i, (segment.Depth, segment.Run.Position + i));
            }
        }
        Assert.Equal(bySegment.OrderBy(pair => pair.Key), byChunk.OrderBy(pair => pair.Key));
    }
}
