using System.Security.Cryptography;

namespace Thaw.Store.Tests;

/// <summary>What every store and every decorator does. A new one joins by a class that makes it.</summary>
public abstract class ChunkStoreConformance
{
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The store under test, empty at the test's beginning.</summary>
    protected abstract IPrunableChunkStore Store { get; }

    [Fact]
    public async Task Read_OfWhatWasPut_GivesItsBytes()
    {
        byte[] content = RandomNumberGenerator.GetBytes(100_000);
        StoreName name = NewName();
        Assert.Equal(PutOutcome.Written, await Store.PutAsync(name, content, PutMode.IfAbsent, Token));

        Assert.Equal(content, await ReadAsync(name, 200_000));
    }

    [Fact]
    public async Task Read_OfWhatIsNotThere_SaysMissing()
    {
        StoreRead read = await Store.ReadAsync(NewName(), 0, new byte[10], Freshness.Cached, Token);

        Assert.Equal(StoreRead.Missing, read);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 1000)]
    [InlineData(1, 998)]
    [InlineData(500, 500)]
    [InlineData(999, 1)]
    public async Task Read_OfAPart_GivesThatPart(int offset, int length)
    {
        byte[] content = RandomNumberGenerator.GetBytes(1000);
        StoreName name = NewName();
        await Store.PutAsync(name, content, PutMode.IfAbsent, Token);
        byte[] part = new byte[length];

        StoreRead read = await Store.ReadAsync(name, offset, part, Freshness.Cached, Token);

        Assert.Equal(StoreRead.Found(length, 1000), read);
        Assert.Equal(content[offset..(offset + length)], part);
    }

    [Theory]
    [InlineData(990, 10)]
    [InlineData(1000, 0)]
    [InlineData(5000, 0)]
    public async Task Read_BehindTheEnd_GivesWhatThereIs(int offset, int expected)
    {
        StoreName name = NewName();
        await Store.PutAsync(name, RandomNumberGenerator.GetBytes(1000), PutMode.IfAbsent, Token);

        StoreRead read = await Store.ReadAsync(name, offset, new byte[100], Freshness.Cached, Token);

        Assert.Equal(StoreRead.Found(expected, 1000), read);
    }

    // Servers differ in what they make of empty objects, and no part of Thaw writes one.
    [Fact]
    public async Task Put_OfNothing_IsRefused()
    {
        StoreName name = NewName();

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            async () => await Store.PutAsync(name, ReadOnlyMemory<byte>.Empty, PutMode.Replace, Token));
        Assert.Null(await Store.FindAsync(name, Token));
    }

    [Fact]
    public async Task Read_WithoutRoom_GivesTheLength()
    {
        StoreName name = NewName();
        await Store.PutAsync(name, new byte[77], PutMode.IfAbsent, Token);

        StoreRead read = await Store.ReadAsync(name, 0, Memory<byte>.Empty, Freshness.Origin, Token);

        Assert.Equal(StoreRead.Found(0, 77), read);
    }

    [Fact]
    public async Task Put_IfAbsentOverAnother_LeavesTheFirst()
    {
        StoreName name = NewName();
        await Store.PutAsync(name, "first"u8.ToArray(), PutMode.IfAbsent, Token);

        Assert.Equal(
            PutOutcome.AlreadyThere, await Store.PutAsync(name, "second"u8.ToArray(), PutMode.IfAbsent, Token));
        Assert.Equal("first"u8.ToArray(), await ReadAsync(name, 100));
    }

    [Fact]
    public async Task Put_ReplaceOverAnother_LeavesTheSecond()
    {
        StoreName name = NewName(StoreArea.Layer);
        await Store.PutAsync(name, "the first"u8.ToArray(), PutMode.Replace, Token);
        await ReadAsync(name, 100);

        Assert.Equal(PutOutcome.Written, await Store.PutAsync(name, "second"u8.ToArray(), PutMode.Replace, Token));
        Assert.Equal("second"u8.ToArray(), await ReadAsync(name, 100));
    }

    [Fact]
    public async Task Put_OfOneNameInManyAreas_KeepsThemApart()
    {
        foreach (StoreArea area in StoreAreas.All)
        {
            await Store.PutAsync(NameOf(area, 'a', 'b'), new[] { (byte)area }, PutMode.IfAbsent, Token);
        }

        foreach (StoreArea area in StoreAreas.All)
        {
            Assert.Equal([(byte)area], await ReadAsync(NameOf(area, 'a', 'b'), 10));
        }
    }

    /// <summary>What 16 put under one name at once; of servers that mix objects up, one content many times.</summary>
    protected virtual byte[][] RivalContents =>
        [.. Enumerable.Range(0, 16).Select(i => Enumerable.Repeat((byte)i, 10_000 + i).ToArray())];

    [Fact]
    public async Task Put_ByManyAtOnce_LeavesOneOfThem()
    {
        StoreName name = NewName();
        byte[][] contents = RivalContents;

        await Task.WhenAll(contents.Select(
            content => Task.Run(async () => await Store.PutAsync(name, content, PutMode.Replace, Token))));

        byte[] left = await ReadAsync(name, 20_000);
        Assert.Equal(contents[left[0]], left);
    }

    [Fact]
    public async Task Find_OfWhatWasPut_GivesItsLength()
    {
        StoreName name = NewName();
        Assert.Null(await Store.FindAsync(name, Token));
        await Store.PutAsync(name, new byte[123], PutMode.IfAbsent, Token);

        StoreEntry? entry = await Store.FindAsync(name, Token);

        Assert.Equal(name, entry?.Name);
        Assert.Equal(123, entry?.SizeBytes);
    }

    [Fact]
    public async Task Delete_OfWhatWasPut_RemovesIt()
    {
        StoreName name = NewName();
        await Store.PutAsync(name, new byte[10], PutMode.IfAbsent, Token);
        await ReadAsync(name, 10);

        Assert.True(await Store.DeleteAsync(name, Token));
        Assert.False(await Store.DeleteAsync(name, Token));
        Assert.Null(await Store.FindAsync(name, Token));
        Assert.Equal(StoreRead.Missing, await Store.ReadAsync(name, 0, new byte[10], Freshness.Cached, Token));
        Assert.Equal(PutOutcome.Written, await Store.PutAsync(name, new byte[10], PutMode.IfAbsent, Token));
    }

    [Fact]
    public async Task List_OfAnArea_GivesAllOfItInOrder()
    {
        List<StoreName> put = [];
        foreach (char high in "0af")
        {
            foreach (char low in "07f")
            {
                put.Add(NameOf(StoreArea.Chunk, high, low));
                await Store.PutAsync(put[^1], new byte[low], PutMode.IfAbsent, Token);
                await Store.PutAsync(NameOf(StoreArea.Layer, high, low), new byte[1], PutMode.IfAbsent, Token);
            }
        }

        List<StoreEntry> listed = await ListAsync(StoreArea.Chunk, null);

        Assert.Equal(put, listed.Select(entry => entry.Name));
        Assert.Equal(put.Select(name => (long)name.Hex[1]), listed.Select(entry => entry.SizeBytes));
    }

    [Fact]
    public async Task List_AfterAName_GoesOnBehindIt()
    {
        StoreName[] names = [.. "012345".Select(c => NameOf(StoreArea.Chunk, c, '0'))];
        foreach (StoreName name in names)
        {
            await Store.PutAsync(name, new byte[1], PutMode.IfAbsent, Token);
        }

        List<StoreEntry> behindOneThatIsThere = await ListAsync(StoreArea.Chunk, names[2]);
        List<StoreEntry> behindOneThatIsNot = await ListAsync(StoreArea.Chunk, NameOf(StoreArea.Chunk, '3', '5'));

        Assert.Equal(names[3..], behindOneThatIsThere.Select(entry => entry.Name));
        Assert.Equal(names[4..], behindOneThatIsNot.Select(entry => entry.Name));
    }

    [Fact]
    public async Task List_OfAnEmptyArea_GivesNothing() => Assert.Empty(await ListAsync(StoreArea.WorkingSet, null));

    [Fact]
    public async Task Flush_AfterPuts_ReturnsAndLeavesThem()
    {
        StoreName name = NewName();
        await Store.PutAsync(name, new byte[5], PutMode.IfAbsent, Token);
        await Store.FlushAsync(Token);
        await Store.FlushAsync(Token);

        Assert.Equal(new byte[5], await ReadAsync(name, 5));
    }

    [Fact]
    public async Task RemoveLeftovers_OfAGoodStore_LeavesObjects()
    {
        StoreName name = NewName();
        await Store.PutAsync(name, new byte[5], PutMode.IfAbsent, Token);

        await Store.RemoveLeftoversAsync(DateTimeOffset.MaxValue, Token);

        Assert.Equal(new byte[5], await ReadAsync(name, 5));
    }

    [Fact]
    public async Task Request_WithACancelledToken_IsCancelled()
    {
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Store.PutAsync(NewName(), new byte[5], PutMode.IfAbsent, cancelled.Token));
    }

    [Fact]
    public async Task Requests_ByManyAtOnce_AllSucceed()
    {
        (StoreName Name, byte[] Content)[] objects =
            [.. Enumerable.Range(0, 64).Select(i => (NewName(), RandomNumberGenerator.GetBytes(1000 + i)))];

        await Parallel.ForEachAsync(objects, Token, async (item, token) =>
        {
            await Store.PutAsync(item.Name, item.Content, PutMode.IfAbsent, token);
            Assert.Equal(item.Content, await ReadAsync(item.Name, 2000));
        });

        Assert.Equal(64, (await ListAsync(StoreArea.Chunk, null)).Count);
    }

    protected static StoreName NewName(StoreArea area = StoreArea.Chunk)
    {
        string hex = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        Assert.True(StoreName.TryParse(area, hex, out StoreName name));
        return name;
    }

    protected static StoreName NameOf(StoreArea area, char first, char second)
    {
        Assert.True(StoreName.TryParse(area, $"{first}{second}".PadRight(64, '0'), out StoreName name));
        return name;
    }

    protected async Task<byte[]> ReadAsync(StoreName name, int room)
    {
        byte[] buffer = new byte[room];
        StoreRead read = await Store.ReadAsync(name, 0, buffer, Freshness.Cached, Token);
        Assert.True(read.IsFound);
        Assert.Equal(read.Count, read.ObjectBytes);
        return buffer[..read.Count];
    }

    protected async Task<List<StoreEntry>> ListAsync(StoreArea area, StoreName? after)
    {
        List<StoreEntry> entries = [];
        await foreach (StoreEntry entry in Store.ListAsync(area, after, Token))
        {
            entries.Add(entry);
        }
        return entries;
    }
}
