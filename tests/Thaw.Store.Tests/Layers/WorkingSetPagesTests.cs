using Thaw.Core;

namespace Thaw.Store.Tests;

public sealed class WorkingSetPagesTests : IDisposable
{
    private const int PageCount = 2000;

    /// <summary>In no order, and more than two blocks.</summary>
    private static readonly uint[] s_pages =
        [.. Enumerable.Range(0, 1100).Select(i => (uint)(i * 7 % PageCount)).Distinct()];

    private readonly World _world = new();
    private readonly byte[] _memory = Pages.Mixed(5, PageCount);

    public void Dispose() => _world.Dispose();

    private WorkingSetPagesStore Store => new(_world.Store, _world.Keys, _world.Entropy);

    [Fact]
    public async Task TryRead_OfWhatWasSaved_GivesEachPageInOrder()
    {
        LayerManifest layer = await _world.PublishFunctionAsync(_memory);
        Assert.False(await Store.HasAsync(layer, World.Token));

        await SaveAsync(layer, s_pages);

        Assert.True(await Store.HasAsync(layer, World.Token));
        using WorkingSetPages kept = (await Store.OpenAsync(layer, LayerSpace.Memory, World.Token))!;
        Assert.Equal(
            s_pages, kept.Blocks.SelectMany(block => block.Pages).SelectMany(
                range => Enumerable.Range((int)range.First, (int)range.Count).Select(page => (uint)page)));
        for (int i = 0; i < kept.Blocks.Count; i++)
        {
            byte[] content = new byte[WorkingSetPagesStore.BlockPages * PageSize.Bytes];
            Assert.True(await kept.TryReadAsync(i, content, World.Token));
            int at = 0;
            foreach (PageRange range in kept.Blocks[i].Pages)
            {
                int length = (int)range.Count * PageSize.Bytes;
                Assert.True(content.AsSpan(at, length).SequenceEqual(
                    _memory.AsSpan((int)range.First * PageSize.Bytes, length)));
                at += length;
            }
        }
    }

    [Fact]
    public async Task Save_OnceMore_ReplacesWhatWasThere()
    {
        LayerManifest layer = await _world.PublishFunctionAsync(_memory);
        await SaveAsync(layer, s_pages);

        await SaveAsync(layer, [3, 4, 5]);

        using WorkingSetPages kept = (await Store.OpenAsync(layer, LayerSpace.Memory, World.Token))!;
        Assert.Equal([new PageRange(3, 3)], Assert.Single(kept.Blocks).Pages);
    }

    [Theory]
    [InlineData(Fault.Corrupt)]
    [InlineData(Fault.Truncated)]
    public async Task Open_OfADamagedObject_GivesNothing(Fault fault)
    {
        LayerManifest layer = await _world.PublishFunctionAsync(_memory);
        await SaveAsync(layer, [3, 4, 5]);
        _world.Store.Decide = (_, name) => name?.Area == StoreArea.WorkingSetPages ? fault : Fault.None;

        // The fault may hit the index or a page.
        using WorkingSetPages? kept = await Store.OpenAsync(layer, LayerSpace.Memory, World.Token);
        Assert.False(
            kept is not null && await kept.TryReadAsync(0, new byte[3 * PageSize.Bytes], World.Token));
    }

    [Fact]
    public async Task TryRead_OfADamagedBlock_GivesNothing()
    {
        LayerManifest layer = await _world.PublishFunctionAsync(_memory);
        await SaveAsync(layer, s_pages);
        using WorkingSetPages kept = (await Store.OpenAsync(layer, LayerSpace.Memory, World.Token))!;
        byte[] content = new byte[WorkingSetPagesStore.BlockPages * PageSize.Bytes];

        _world.Store.Decide = (_, name) => name?.Area == StoreArea.WorkingSetPages ? Fault.Corrupt : Fault.None;
        Assert.False(await kept.TryReadAsync(0, content, World.Token));

        // Blocks of another object of the same layer.
        _world.Store.Decide = (_, _) => Fault.None;
        await SaveAsync(layer, s_pages);
        Assert.False(await kept.TryReadAsync(0, content, World.Token));
    }

    [Fact]
    public async Task Open_OfAnotherLayersObject_GivesNothing()
    {
        LayerManifest layer = await _world.PublishBootAsync(_memory);
        LayerManifest other = await _world.PublishBootAsync(_memory);
        await SaveAsync(other, s_pages);
        _world.Store.Swaps[StoreName.For(StoreArea.WorkingSetPages, layer.Id)] =
            StoreName.For(StoreArea.WorkingSetPages, other.Id);

        Assert.Null(await Store.OpenAsync(layer, LayerSpace.Memory, World.Token));
    }

    [Fact]
    public async Task Open_OfAnotherSpace_GivesNothing()
    {
        LayerManifest layer = await _world.PublishFunctionAsync(_memory);
        await SaveAsync(layer, s_pages);

        Assert.Null(await Store.OpenAsync(layer, "disk/x", World.Token));
    }

    [Fact]
    public async Task Save_HoldsNoPageInPlain()
    {
        LayerManifest layer = await _world.PublishFunctionAsync(_memory);
        byte[] marker = [.. "a secret of this function, in its memory"u8];
        await Store.SaveAsync(
            layer, LayerSpace.Memory, [1],
            (_, page) =>
            {
                new Random(1).NextBytes(page);
                marker.CopyTo(page);
            },
            World.Token);

        byte[] kept = new byte[16 * 1024];
        StoreRead read = await _world.Store.ReadAsync(
            StoreName.For(StoreArea.WorkingSetPages, layer.Id), 0, kept, Freshness.Origin, World.Token);

        Assert.InRange(read.Count, PageSize.Bytes, kept.Length);
        Assert.Equal(-1, kept.AsSpan(0, read.Count).IndexOf(marker));
    }

    private ValueTask SaveAsync(LayerManifest layer, uint[] pages) => Store.SaveAsync(
        layer, LayerSpace.Memory, pages,
        (page, destination) => _memory.AsSpan((int)page * PageSize.Bytes, PageSize.Bytes).CopyTo(destination),
        World.Token);
}
