namespace Thaw.Store.Tests;

public sealed class WorkingSetTests : IDisposable
{
    private static readonly WorkingSetEntry[] s_set =
        [Entry(50, 3), Entry(7, 1), Entry(20, 10), Entry(8, 2), Entry(21, 2)];

    private readonly World _world = new();
    private readonly byte[] _memory = Pages.Mixed(5, 100);

    public void Dispose() => _world.Dispose();

    private WorkingSetStore Sets => new(_world.Store, _world.Keys, _world.Entropy);

    [Fact]
    public async Task Load_OfWhatWasSaved_GivesItInOrder()
    {
        LayerManifest layer = await _world.PublishFunctionAsync(_memory);
        Assert.Empty(await Sets.LoadAsync(layer, World.Token));

        await Sets.SaveAsync(layer, s_set, World.Token);
        Assert.Equal(s_set, await Sets.LoadAsync(layer, World.Token));

        await Sets.SaveAsync(layer, s_set[..2], World.Token);
        Assert.Equal(s_set[..2], await Sets.LoadAsync(layer, World.Token));
    }

    [Fact]
    public async Task Load_OfADamagedRecord_GivesNothing()
    {
        LayerManifest layer = await _world.PublishFunctionAsync(_memory);
        await Sets.SaveAsync(layer, s_set, World.Token);
        _world.Store.Decide = (_, name) => name?.Area == StoreArea.WorkingSet ? Fault.Corrupt : Fault.None;
        Assert.Empty(await Sets.LoadAsync(layer, World.Token));

        _world.Store.Decide = (_, name) => name?.Area == StoreArea.WorkingSet ? Fault.Truncated : Fault.None;
        Assert.Empty(await Sets.LoadAsync(layer, World.Token));
    }

    [Fact]
    public async Task Load_OfAnotherLayersRecord_GivesNothing()
    {
        LayerManifest layer = await _world.PublishBootAsync(_memory);
        LayerManifest other = await _world.PublishBootAsync(_memory);
        await Sets.SaveAsync(other, s_set, World.Token);
        _world.Store.Swaps[StoreName.For(StoreArea.WorkingSet, layer.Id)] =
            StoreName.For(StoreArea.WorkingSet, other.Id);

        Assert.Empty(await Sets.LoadAsync(layer, World.Token));
    }

    [Theory]
    [InlineData("memory", 99, 2)]
    [InlineData("memory", 0, 0)]
    [InlineData("disk/x", 0, 1)]
    public async Task Save_OfPagesThatAreNotThere_IsRefused(string space, uint first, uint count)
    {
        LayerManifest layer = await _world.PublishFunctionAsync(_memory);

        await Assert.ThrowsAsync<ArgumentException>(async () => await Sets.SaveAsync(
            layer, [new WorkingSetEntry(space, new PageRange(first, count))], World.Token));
    }

    [Fact]
    public async Task Compact_LaysTheWorkingSetOutFirst()
    {
        LayerManifest boot = await _world.PublishBootAsync(Pages.Mixed(1, 100));
        LayerManifest old = await _world.PublishFunctionAsync(_memory, boot.Id);

        LayerManifest compacted = await _world.Publisher.CompactAsync(
            new CompactionRequest { Of = old.Id, WorkingSet = s_set }, World.Token);

        Assert.Equal(_memory, await _world.ReadAsync(compacted.Id));
        Assert.Equal(_memory, await _world.ReadAsync(old.Id));
        Assert.Equal(old.Totals.OwnPages, compacted.Totals.OwnPages);
        Assert.Equal(boot.Id, compacted.Header.ParentId);
        Assert.Equal(s_set, compacted.WorkingSet);
        PageMap map = compacted.FindSpace(LayerSpace.Memory)!.Map;
        uint[] expected = [.. s_set
            .SelectMany(entry => Enumerable.Range((int)entry.Pages.First, (int)entry.Pages.Count)).Distinct()
            .Select(page => (uint)page).Where(page => IsStored(map, page))];
        uint[] first = [.. map.FindByPosition(0, (uint)expected.Length).SelectMany(
            run => Enumerable.Range((int)run.First, (int)run.Count).Select(page => (uint)page))];
        Assert.Equal(expected, first);
        Assert.True(expected.Length > 5);
    }

    [Fact]
    public async Task WorkingSet_HasChunksOfItsOwn()
    {
        byte[] memory = new byte[100 * Pages.Bytes];
        new SeededEntropy(1).Fill(memory);
        LayerManifest layer = await _world.PublishFunctionAsync(memory);

        LayerManifest compacted = await _world.Publisher.CompactAsync(
            new CompactionRequest { Of = layer.Id, WorkingSet = [Entry(50, 6)] }, World.Token);

        // Chunks have 4 pages here: 4 + 2 for the set, then 94 in chunks of 4.
        Assert.Equal([4, 2, 4], compacted.Sequence.Take(3).Select(index => compacted.Chunks[index].Pages));
    }

    private static WorkingSetEntry Entry(uint first, uint count) => new(LayerSpace.Memory, new PageRange(first, count));

    private static bool IsStored(PageMap map, uint page) =>
        map.Runs.Any(run => !run.IsZero && run.First <= page && page < run.End);
}
