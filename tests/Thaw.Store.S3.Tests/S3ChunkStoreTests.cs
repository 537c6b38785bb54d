using Thaw.Store.Tests;

namespace Thaw.Store.S3.Tests;

public sealed class S3ChunkStoreTests(S3Server server) : ChunkStoreConformance, IDisposable
{
    private readonly S3ChunkStore _store = server.Open(server.NewLocation());

    protected override IPrunableChunkStore Store => _store;

    // s3rver writes objects in place, where S3 replaces them as a whole: two contents at once can leave a mixture
    // there. Chunks of one name have one content, except for their nonces, and everything else has one writer or is
    // sealed.
    protected override byte[][] RivalContents => [.. Enumerable.Range(0, 16).Select(_ => new byte[10_000])];

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task List_OfManyPages_GivesAllInOrder()
    {
        S3Location location = server.NewLocation();
        using S3ChunkStore store = server.Open(location, pageSize: 7);
        List<StoreName> names = [.. Enumerable.Range(0, 40).Select(_ => NewName())];
        await Parallel.ForEachAsync(
            names, Token, async (name, token) => await store.PutAsync(name, new byte[1], PutMode.Replace, token));
        names = [.. names.OrderBy(name => name.Hex, StringComparer.Ordinal)];

        Assert.Equal(names, await ListAsync(store, null));
        Assert.Equal(names[20..], await ListAsync(store, names[19]));
    }

    [Fact]
    public async Task Prefixes_AreApart()
    {
        using S3ChunkStore other = server.Open(server.NewLocation());
        StoreName name = NewName();
        await Store.PutAsync(name, new byte[1], PutMode.Replace, Token);

        Assert.Null(await other.FindAsync(name, Token));
        Assert.Empty(await ListAsync(other, null));
    }

    [Fact]
    public async Task Read_OfALargeObjectIntoLittleRoom_MovesLittle()
    {
        StoreName name = NewName(StoreArea.Layer);
        await Store.PutAsync(name, new byte[500_000], PutMode.Replace, Token);

        StoreRead read = await Store.ReadAsync(name, 100, new byte[1000], Freshness.Origin, Token);

        Assert.Equal(StoreRead.Found(1000, 500_000), read);
        Assert.Equal(1000, _store.Counters.Read().BytesRead);
    }

    [Fact]
    public async Task Put_OfAPartOfABuffer_WritesThatPart()
    {
        byte[] buffer = [1, 2, 3, 4, 5, 6];
        StoreName name = NewName();
        await Store.PutAsync(name, buffer.AsMemory(2, 3), PutMode.IfAbsent, Token);

        Assert.Equal([3, 4, 5], await ReadAsync(name, 10));
    }

    [Fact]
    public async Task Request_ToABucketThatIsNotThere_SaysMisconfigured()
    {
        using S3ChunkStore store = server.Open(new S3Location("no-such-bucket", "x"));

        Assert.Equal(
            StoreFault.Misconfigured,
            await FaultAsync(store.PutAsync(NewName(), new byte[1], PutMode.Replace, Token)));
        Assert.Equal(
            StoreFault.Misconfigured,
            await FaultAsync(store.ReadAsync(NewName(), 0, new byte[1], Freshness.Origin, Token)));
        Assert.Equal(
            StoreFault.Misconfigured,
            (await Assert.ThrowsAsync<StoreException>(() => ListAsync(store, null))).Fault);
    }

    [Fact]
    public async Task Request_ToAServerThatIsGone_SaysUnavailable()
    {
        S3StoreOptions options = new()
        {
            Location = server.NewLocation(),
            Endpoint = new Uri("http://127.0.0.1:1"),
        };
        using S3ChunkStore store = S3ChunkStore.Open(options);
        StoreName name = NewName();

        StoreException exception = await Assert.ThrowsAsync<StoreException>(
            async () => await store.ReadAsync(name, 0, new byte[1], Freshness.Origin, Token));

        Assert.True(exception.IsTransient);
        Assert.Equal(name, exception.Name);
        Assert.Equal(StoreFault.Unavailable, await FaultAsync(store.FindAsync(name, Token)));
        Assert.Equal(
            StoreFault.Unavailable, await FaultAsync(store.PutAsync(name, new byte[1], PutMode.Replace, Token)));
        Assert.Equal(StoreFault.Unavailable, await FaultAsync(store.DeleteAsync(name, Token)));
    }

    private static async Task<StoreFault> FaultAsync<T>(ValueTask<T> request) =>
        (await Assert.ThrowsAsync<StoreException>(async () => await request)).Fault;

    private static async Task<List<StoreName>> ListAsync(S3ChunkStore store, StoreName? after)
    {
        List<StoreName> names = [];
        await foreach (StoreEntry entry in store.ListAsync(StoreArea.Chunk, after, Token))
        {
            names.Add(entry.Name);
        }
        return names;
    }
}
