namespace Thaw.Store.Tests;

/// <summary>Chains as somebody could arrange them who has keys: which layer may lie over which.</summary>
public sealed class LayerChainTests : IDisposable
{
    private readonly World _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Chain_WhoseParentIsGone_NamesTheParent()
    {
        LayerManifest boot = await _world.PublishBootAsync(Pages.Mixed(1, 8));
        LayerManifest function = await _world.PublishFunctionAsync(Pages.Mixed(2, 8), boot.Id);
        await _world.Memory.DeleteAsync(StoreName.For(StoreArea.Layer, boot.Id), World.Token);

        LayerException exception = await Assert.ThrowsAsync<LayerException>(() => _world.ReadAsync(function.Id));

        Assert.Equal((LayerFault.Missing, boot.Id), (exception.Fault, exception.Id));
    }

    [Fact]
    public async Task Chain_ThatLoops_IsRefused()
    {
        LayerId[] ids = [NewId(), NewId(), NewId()];
        await PutAsync(ids[0], ids[1]);
        await PutAsync(ids[1], ids[2]);
        await PutAsync(ids[2], ids[0]);

        LayerException exception = await Assert.ThrowsAsync<LayerException>(() => LoadAsync(ids[0]));

        Assert.Equal(LayerFault.Loop, exception.Fault);
        Assert.Equal(
            LayerFault.Loop,
            (await Assert.ThrowsAsync<LayerException>(
                async () => await _world.Catalog.ReadChainAsync(ids[0], World.Token))).Fault);
    }

    [Fact]
    public async Task Chain_ThatIsItsOwnParent_IsRefused()
    {
        LayerId id = NewId();
        await PutAsync(id, id);

        Assert.Equal(LayerFault.Loop, (await Assert.ThrowsAsync<LayerException>(() => LoadAsync(id))).Fault);
    }

    [Theory]
    [InlineData(StoreLimits.ChainLengthMax, true)]
    [InlineData(StoreLimits.ChainLengthMax + 1, false)]
    public async Task Chain_OfManyLayers_OpensUpToTheBound(int length, bool isGood)
    {
        LayerId parent = default;
        for (int i = 0; i < length; i++)
        {
            LayerId id = NewId();
            await PutAsync(id, parent);
            parent = id;
        }

        Exception? exception = await Record.ExceptionAsync(() => LoadAsync(parent));

        Assert.Equal(isGood ? null : LayerFault.TooLong, (exception as LayerException)?.Fault);
        Assert.Equal(isGood, exception is null);
    }

    [Theory]
    [InlineData("account/alice", LayerKind.Function, "account/alice", LayerKind.Function, true)]
    [InlineData("account/alice", LayerKind.Function, "service", LayerKind.Boot, true)]
    [InlineData("account/alice", LayerKind.Function, "account/bob", LayerKind.Function, false)]
    [InlineData("service", LayerKind.Runtime, "account/bob", LayerKind.Runtime, false)]
    [InlineData("service", LayerKind.Boot, "service", LayerKind.Runtime, false)]
    public async Task Chain_OfTwo_FollowsWhoMayLieOverWhom(
        string child, LayerKind childKind, string parent, LayerKind parentKind, bool isGood)
    {
        LayerId parentId = NewId();
        LayerId childId = NewId();
        await PutAsync(parentId, default, parent, parentKind);
        await PutAsync(childId, parentId, child, childKind);

        Exception? exception = await Record.ExceptionAsync(() => LoadAsync(childId));

        Assert.Equal(isGood ? null : LayerFault.WrongParent, (exception as LayerException)?.Fault);
    }

    [Fact]
    public async Task Publish_OverAnotherAccountsLayer_IsRefusedAndLeavesNoRoot()
    {
        LayerManifest bobs = await _world.PublishFunctionAsync(Pages.Mixed(1, 8), owner: World.Bob);

        LayerException exception = await Assert.ThrowsAsync<LayerException>(
            () => _world.PublishFunctionAsync(Pages.Mixed(2, 8), bobs.Id));

        Assert.Equal(LayerFault.WrongParent, exception.Fault);
        Assert.Single(await _world.ListAsync(StoreArea.Root));
        Assert.Empty(await _world.ListAsync(StoreArea.Publication));
    }

    [Fact]
    public async Task Resolve_OfASpaceThatNoAncestorCompletes_IsRefused()
    {
        LayerId parent = NewId();
        LayerId child = NewId();
        await PutAsync(parent, default);
        await PutAsync(
            child,
            parent,
            spaces: new LayerSpace(
                "memory", 3 * 4096, true, new PageMap([new PageMapRun(1, 1, PageMapRun.ZeroPosition)])));
        using LayerChain chain = await _world.Loader.LoadChainAsync(child, World.Token);

        Assert.Equal(
            LayerFault.Incomplete, Assert.Throws<LayerException>(() => { chain.Resolve("memory"); }).Fault);
        Assert.Equal(
            LayerFault.NoSuchSpace, Assert.Throws<LayerException>(() => { chain.Resolve("disk/x"); }).Fault);
    }

    private LayerId NewId() => LayerId.Create(_world.Entropy);

    private async Task LoadAsync(LayerId id) => (await _world.Loader.LoadChainAsync(id, World.Token)).Dispose();

    private async Task PutAsync(
        LayerId id,
        LayerId parent,
        string owner = "service",
        LayerKind kind = LayerKind.Boot,
        params LayerSpace[] spaces)
    {
        Assert.True(Keyspace.TryParse(owner, out Keyspace keyspace));
        using DataKey key = DataKey.Create(_world.Entropy);
        LayerHeader header = new()
        {
            Id = id,
            ParentId = parent,
            Kind = kind,
            Keyspace = keyspace,
            Created = _world.Time.GetUtcNow(),
            Keys = [await _world.Keys.WrapAsync(keyspace, key, World.Token)],
            ChunkIds = [],
        };
        LayerManifest manifest = new(header, 1, [], [], [.. spaces], [], default);
        await _world.Memory.PutAsync(
            StoreName.For(StoreArea.Layer, id),
            LayerManifestCodec.Seal(manifest, key, _world.Entropy),
            PutMode.Replace,
            World.Token);
    }
}
