using Thaw.Pager.Fetching;
using Thaw.Pager.Tests.Fixtures;
using Thaw.Protocol;
using Thaw.Store;

namespace Thaw.Pager.Tests.Layers;

/// <summary>Chunks that are not what their names say, met when a clone touches a page of them.</summary>
public sealed class TamperedStoreTests : IDisposable
{
    private const int FirstPage = 100;
    private const int PageCount = 80;

    // What is damaged is not asked for again: patience plays no part.
    private static readonly FetchOptions s_options = new() { Patience = TimeSpan.FromHours(1) };

    private readonly LayerWorld _world = new();

    public static MatrixTheoryData<Tampering, bool> Cases { get; } =
        new(Enum.GetValues<Tampering>(), [true, false]);

    public void Dispose() => _world.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Fault_OnATamperedChunk_EndsItsCloneAndNoOther(Tampering tampering, bool isShared)
    {
        World world = await PublishAsync();
        await TamperAsync(tampering, world);
        RunningPager pager = _world.StartPager("cache", s_options);
        using TestClone clone = await pager.CloneAsync($"{world.Attacked.Id}", isShared: isShared);

        // What it gets is the kernel's, once this test gives the memory up; a monitor ends instead.
        _ = clone.ReadAsync(FirstPage + 40);

        await clone.Lost.Task.WaitAsync(RunningPager.Patience, LayerWorld.Token);
        PagerStartStats ended = await pager.WaitForAsync(clone, stats => stats.State == PagerStartState.Failed);
        Assert.Matches("page 140 cannot be had: .*[0-9a-f]{64}", ended.Error!);
        await AssertNothingLoadedAsync(pager, ended.Image);
        foreach (Version version in new[] { world.Earlier, world.AnotherCustomers })
        {
            using TestClone other = await pager.CloneAsync($"{version.Id}", isShared: isShared);
            foreach (int page in new[] { 0, FirstPage, FirstPage + 40, FirstPage + PageCount - 1 })
            {
                Assert.Equal(PageOf(version.Memory, page), other.Read((uint)page));
            }
        }
    }

    [Fact]
    public async Task Open_ManifestOfAnEarlierVersionUnderTheName_IsRefused()
    {
        World world = await PublishAsync();
        StoreName name = StoreName.For(StoreArea.Layer, world.Attacked.Id);
        await PutAsync(name, await ReadAsync(StoreName.For(StoreArea.Layer, world.Earlier.Id)));
        RunningPager pager = _world.StartPager();

        PagerAnswer answer = await pager.AskAsync(
            new PagerRequest { Operation = PagerOperation.Open, Layer = $"{world.Attacked.Id}" });

        Assert.Contains($"{world.Attacked.Id}", answer.Error, StringComparison.Ordinal);
        using TestClone other = await pager.CloneAsync($"{world.Earlier.Id}");
        Assert.Equal(PageOf(world.Earlier.Memory, FirstPage), other.Read(FirstPage));
    }

    private sealed record Version(LayerId Id, byte[] Memory, IReadOnlyList<StoreName> Chunks);

    private sealed record World(Version Earlier, Version Attacked, Version AnotherCustomers);

    private static byte[] PageOf(byte[] memory, int page) =>
        memory.AsSpan(page * LayerWorld.PageBytes, LayerWorld.PageBytes).ToArray();

    private static async Task AssertNothingLoadedAsync(RunningPager pager, string image)
    {
        PagerAnswer answer = await pager.AskAsync(
            new PagerRequest { Operation = PagerOperation.Stats, Image = image });
        Assert.All(answer.Image!.ResidentBytes, bytes => Assert.Equal(0, bytes));
    }

    private async Task<World> PublishAsync()
    {
        byte[] boot = LayerWorld.Boot();
        LayerId parent = await _world.PublishAsync(LayerKind.Boot, default, boot);
        return new World(
            await PublishAsync(parent, boot, 3, "alice"),
            await PublishAsync(parent, boot, 4, "alice"),
            await PublishAsync(parent, boot, 5, "bob"));
    }

    private async Task<Version> PublishAsync(LayerId parent, byte[] boot, int seed, string account)
    {
        byte[] memory = LayerWorld.Change(boot, seed, Enumerable.Range(FirstPage, PageCount));
        HashSet<StoreName> before = await ListChunksAsync();
        LayerId id = await _world.PublishAsync(LayerKind.Function, parent, memory, account);
        List<StoreName> chunks = [.. (await ListChunksAsync()).Where(chunk => !before.Contains(chunk))];
        Assert.Equal(3, chunks.Count);
        return new Version(id, memory, chunks);
    }

    private async Task TamperAsync(Tampering tampering, World world)
    {
        IReadOnlyList<StoreName> chunks = world.Attacked.Chunks;
        byte[][] contents = await Task.WhenAll(chunks.Select(ReadAsync));
        for (int i = 0; i < chunks.Count; i++)
        {
            byte[] content = contents[i];
            switch (tampering)
            {
                case Tampering.Flip:
                    content[content.Length / 2] ^= 1;
                    await PutAsync(chunks[i], content);
                    break;
                case Tampering.Truncate:
                    await PutAsync(chunks[i], content[..(content.Length / 2)]);
                    break;
                case Tampering.Append:
                    await PutAsync(chunks[i], [.. content, 0]);
                    break;
                case Tampering.Swap:
                    await PutAsync(chunks[i], contents[(i + 1) % chunks.Count]);
                    break;
                case Tampering.Replay:
                    await PutAsync(chunks[i], await ReadAsync(world.Earlier.Chunks[i]));
                    break;
                case Tampering.AnotherCustomers:
                    await PutAsync(chunks[i], await ReadAsync(world.AnotherCustomers.Chunks[i]));
                    break;
                default:
                    await _world.Store.DeleteAsync(chunks[i], LayerWorld.Token);
                    break;
            }
        }
    }

    private async Task<HashSet<StoreName>> ListChunksAsync()
    {
        HashSet<StoreName> chunks = [];
        await foreach (StoreEntry entry in _world.Store.ListAsync(StoreArea.Chunk, null, LayerWorld.Token))
        {
            chunks.Add(entry.Name);
        }
        return chunks;
    }

    private async Task<byte[]> ReadAsync(StoreName name)
    {
        byte[] content = new byte[1 << 20];
        StoreRead read = await _world.Store.ReadAsync(name, 0, content, Freshness.Origin, LayerWorld.Token);
        return content[..read.Count];
    }

    private async Task PutAsync(StoreName name, byte[] content) =>
        await _world.Store.PutAsync(name, content, PutMode.Replace, LayerWorld.Token);
}
