using System.Security.Cryptography;

namespace Thaw.Store.Tests;

public sealed class CacheTests : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ManualTime _time = new();
    private readonly MemoryChunkStore _memory;
    private readonly FaultInjectingChunkStore _origin;
    private readonly List<CachingChunkStore> _opened = [];

    public CacheTests()
    {
        _memory = new MemoryChunkStore(_time);
        _origin = new FaultInjectingChunkStore(_memory, _time);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (CachingChunkStore cache in _opened)
        {
            await cache.DisposeAsync();
        }
        _directory.Dispose();
    }

    [Fact]
    public async Task Read_Twice_AsksTheOriginOnce()
    {
        CachingChunkStore cache = Open();
        (StoreName name, byte[] content) = await PutAsync(1000);

        Assert.Equal(content, await ReadAsync(cache, name));
        await UntilAsync(() => IsKept(name));
        Assert.Equal(content, await ReadAsync(cache, name));

        StoreTotals totals = cache.Counters.Read();
        Assert.Equal((1, 1, 1, 1000), (totals.Misses, totals.Hits, totals.Reads, totals.BytesRead));
        Assert.Equal(1, _origin.Requests);
    }

    [Fact]
    public async Task Read_AfterARestart_IsAHit()
    {
        (StoreName name, byte[] content) = await PutAsync(1000);
        await ReadUntilKeptAsync(Open(), name);
        _origin.Decide = (_, _) => Fault.Unavailable;

        Assert.Equal(content, await ReadAsync(Open(), name));
    }

    [Fact]
    public async Task Read_OfWhatWasWritten_IsAHit()
    {
        CachingChunkStore cache = Open();
        StoreName name = NewName();
        await cache.PutAsync(name, new byte[500], PutMode.IfAbsent, Token);
        _origin.Decide = (_, _) => Fault.Unavailable;

        Assert.Equal(new byte[500], await ReadAsync(cache, name));
    }

    [Fact]
    public async Task Misses_OfOneObjectAtOnce_FetchItOnce()
    {
        CachingChunkStore cache = Open();
        (StoreName name, byte[] content) = await PutAsync(1000);
        _origin.Delay = TimeSpan.FromSeconds(5);

        Task<byte[]>[] readers = [.. Enumerable.Range(0, 20).Select(_ => ReadAsync(cache, name))];
        await UntilAsync(() => _origin.Requests == 1 && cache.Counters.Read().SharedFetches == 19);
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.All(await Task.WhenAll(readers), read => Assert.Equal(content, read));
        Assert.Equal(1, _origin.Requests);
    }

    [Fact]
    public async Task Miss_WhoseFirstReaderGaveUp_GoesOnForTheSecond()
    {
        CachingChunkStore cache = Open();
        (StoreName name, byte[] content) = await PutAsync(1000);
        _origin.Delay = TimeSpan.FromSeconds(5);
        using CancellationTokenSource first = new();
        Task<byte[]> givesUp = ReadAsync(cache, name, first.Token);
        Task<byte[]> stays = ReadAsync(cache, name);
        await UntilAsync(() => _origin.Requests == 1);

        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givesUp);
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(content, await stays);
        Assert.Equal(1, _origin.Requests);
    }

    [Fact]
    public async Task Miss_ThatEverybodyGaveUp_IsFetchedAnew()
    {
        CachingChunkStore cache = Open();
        (StoreName name, byte[] content) = await PutAsync(1000);
        _origin.Decide = (request, _) => request == 0 ? Fault.Hang : Fault.None;
        using CancellationTokenSource first = new();
        Task<byte[]> givesUp = ReadAsync(cache, name, first.Token);
        await UntilAsync(() => _origin.Requests == 1);
        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givesUp);

        Assert.Equal(content, await ReadAsync(cache, name));
    }

    [Fact]
    public async Task Miss_ThatFails_FailsForAllAndIsNotKept()
    {
        CachingChunkStore cache = Open();
        (StoreName name, byte[] content) = await PutAsync(1000);
        _origin.Decide = (request, _) => request == 0 ? Fault.Unavailable : Fault.None;

        await Assert.ThrowsAsync<StoreException>(() => ReadAsync(cache, name));

        Assert.Equal(content, await ReadAsync(cache, name));
    }

    [Fact]
    public async Task Cache_OverItsBound_GivesUpTheLeastRecentlyUsed()
    {
        CachingChunkStore cache = Open(bytesMax: 100_000);
        List<StoreName> names = [];
        for (int i = 0; i < 19; i++)
        {
            names.Add((await PutAsync(5000)).Name);
            await ReadUntilKeptAsync(cache, names[i]);
            _time.Advance(TimeSpan.FromSeconds(1));
        }
        await ReadAsync(cache, names[0]);
        _time.Advance(TimeSpan.FromSeconds(1));

        for (int i = 0; i < 5; i++)
        {
            names.Add((await PutAsync(5000)).Name);
            await ReadUntilKeptAsync(cache, names[^1]);
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.InRange(KeptBytes(), 1, 100_000);
        }

        Assert.True(IsKept(names[0]));
        Assert.False(IsKept(names[1]));
        Assert.False(IsKept(names[2]));
        Assert.True(IsKept(names[^1]));
        Assert.True(cache.Counters.Read().Evictions >= 5);
    }

    [Fact]
    public async Task Caches_OfTwoProcesses_StayWithinTheBoundTogether()
    {
        CachingChunkStore[] caches = [Open(bytesMax: 160_000), Open(bytesMax: 160_000)];
        for (int i = 0; i < 100; i++)
        {
            await ReadUntilKeptAsync(caches[i % 2], (await PutAsync(5000)).Name);
            _time.Advance(TimeSpan.FromSeconds(1));
            // One of them may not know yet of a sixteenth that the other added.
            Assert.InRange(KeptBytes(), 1, 160_000 + 10_000 + 5000);
        }
    }

    [Fact]
    public async Task Object_TooLargeForTheCache_IsReadPastIt()
    {
        CachingChunkStore cache = Open(bytesMax: 16_000);
        (StoreName name, byte[] content) = await PutAsync(1001);

        Assert.Equal(content, await ReadAsync(cache, name));
        Assert.False(IsKept(name));
    }

    [Fact]
    public async Task Cache_ThatCannotWrite_OnlyCounts()
    {
        CachingChunkStore cache = Open();
        (StoreName name, byte[] content) = await PutAsync(1000);
        Directory.Delete(_directory.Combine("tmp"));

        Assert.Equal(content, await ReadAsync(cache, name));
        await UntilAsync(() => cache.Counters.Read().Failures == 1);
    }

    [Fact]
    public async Task Read_FromTheOrigin_ReplacesADamagedCopy()
    {
        CachingChunkStore cache = Open();
        (StoreName name, byte[] content) = await PutAsync(1000);
        await ReadUntilKeptAsync(cache, name);
        await File.WriteAllBytesAsync(_directory.Combine(name.ToPath()), new byte[1000], Token);
        Assert.Equal(new byte[1000], await ReadAsync(cache, name));

        byte[] buffer = new byte[1000];
        await cache.ReadAsync(name, 0, buffer, Freshness.Origin, Token);

        Assert.Equal(content, buffer);
        await UntilAsync(() => File.ReadAllBytes(_directory.Combine(name.ToPath())).AsSpan().SequenceEqual(content));
        Assert.Equal(content, await ReadAsync(cache, name));
    }

    [Fact]
    public async Task Roots_AreNeverAnsweredFromTheCache()
    {
        CachingChunkStore cache = Open();
        StoreName name = NewName(StoreArea.Root);
        await cache.PutAsync(name, new byte[10], PutMode.Replace, Token);
        await _memory.PutAsync(name, new byte[20], PutMode.Replace, Token);

        Assert.Equal(new byte[20], await ReadAsync(cache, name));
    }

    private static StoreName NewName(StoreArea area = StoreArea.Chunk)
    {
        string hex = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        Assert.True(StoreName.TryParse(area, hex, out StoreName name));
        return name;
    }

    // What is read is kept while the reader goes on.
    private async Task ReadUntilKeptAsync(IChunkStore store, StoreName name)
    {
        await ReadAsync(store, name);
        await UntilAsync(() => IsKept(name));
    }

    private static async Task<byte[]> ReadAsync(IChunkStore store, StoreName name, CancellationToken? token = null)
    {
        byte[] buffer = new byte[20_000];
        StoreRead read = await store.ReadAsync(name, 0, buffer, Freshness.Cached, token ?? Token);
        Assert.True(read.IsFound);
        return buffer[..read.Count];
    }

    // Fetches run on the thread pool: waits for what they do, yielding to them.
    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Yield();
            Token.ThrowIfCancellationRequested();
        }
    }

    private CachingChunkStore Open(long bytesMax = 1_000_000)
    {
        CachingChunkStore cache = new(
            _origin,
            new CacheOptions { Directory = _directory.Path, BytesMax = bytesMax },
            new SystemEntropy(),
            _time);
        _opened.Add(cache);
        return cache;
    }

    private async Task<(StoreName Name, byte[] Content)> PutAsync(int length)
    {
        StoreName name = NewName();
        byte[] content = RandomNumberGenerator.GetBytes(length);
        await _memory.PutAsync(name, content, PutMode.IfAbsent, Token);
        return (name, content);
    }

    private bool IsKept(StoreName name) => File.Exists(_directory.Combine(name.ToPath()));

    private long KeptBytes() => new DirectoryInfo(_directory.Combine("chunks"))
        .EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
}
