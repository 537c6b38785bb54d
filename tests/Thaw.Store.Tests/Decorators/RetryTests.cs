namespace Thaw.Store.Tests;

public sealed class RetryTests
{
    private readonly ManualTime _time = new();
    private readonly MemoryChunkStore _memory;
    private readonly FaultInjectingChunkStore _origin;
    private readonly RetryingChunkStore _store;
    private readonly StoreName _name = StoreName.For(StoreArea.Layer, LayerId.Create(new SeededEntropy(1)));

    public RetryTests()
    {
        _memory = new MemoryChunkStore(_time);
        _origin = new FaultInjectingChunkStore(_memory, _time);
        _store = new RetryingChunkStore(_origin, new RetryOptions { Jitter = () => 0.5 }, _time);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Read_OfAStoreThatFailsOneRequestInThree_Succeeds()
    {
        await _memory.PutAsync(_name, new byte[10], PutMode.Replace, Token);
        _origin.Decide = (request, _) => request % 3 == 0 ? Fault.Unavailable : Fault.None;

        for (int i = 0; i < 50; i++)
        {
            StoreRead read = await _time.DriveAsync(
                _store.ReadAsync(_name, 0, new byte[10], Freshness.Cached, Token).AsTask());
            Assert.Equal(10, read.Count);
        }
        Assert.True(_store.Counters.Read().Retries > 10);
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.5)]
    [InlineData(0.99)]
    public async Task Read_OfAStoreThatIsGoneForAMinute_WaitsForIt(double jitter)
    {
        RetryingChunkStore store = new(_origin, new RetryOptions { Jitter = () => jitter }, _time);
        await _memory.PutAsync(_name, new byte[10], PutMode.Replace, Token);
        DateTimeOffset back = _time.GetUtcNow().AddMinutes(1);
        _origin.Decide = (_, _) => _time.GetUtcNow() < back ? Fault.Unavailable : Fault.None;

        StoreRead read = await _time.DriveAsync(
            store.ReadAsync(_name, 0, new byte[10], Freshness.Cached, Token).AsTask());

        Assert.Equal(10, read.Count);
    }

    [Fact]
    public async Task Read_OfAStoreThatIsGone_FailsWithinABound()
    {
        DateTimeOffset start = _time.GetUtcNow();
        _origin.Decide = (_, _) => Fault.Unavailable;

        StoreException exception = await Assert.ThrowsAsync<StoreException>(() => _time.DriveAsync(
            _store.ReadAsync(_name, 0, new byte[10], Freshness.Cached, Token).AsTask()));

        Assert.Equal(StoreFault.Unavailable, exception.Fault);
        Assert.Equal(13, _origin.Requests);
        Assert.InRange(_time.GetUtcNow() - start, TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(4));
        Assert.Equal(1, _store.Counters.Read().Failures);
    }

    [Fact]
    public async Task Read_OfAStoreThatTakesFiveSeconds_Waits()
    {
        await _memory.PutAsync(_name, new byte[10], PutMode.Replace, Token);
        _origin.Delay = TimeSpan.FromSeconds(5);

        StoreRead read = await _time.DriveAsync(
            _store.ReadAsync(_name, 0, new byte[10], Freshness.Cached, Token).AsTask());

        Assert.Equal(10, read.Count);
        Assert.Equal(1, _origin.Requests);
    }

    [Fact]
    public async Task Read_ThatHangsOnce_IsTriedAgain()
    {
        await _memory.PutAsync(_name, new byte[10], PutMode.Replace, Token);
        _origin.Decide = (request, _) => request == 0 ? Fault.Hang : Fault.None;

        StoreRead read = await _time.DriveAsync(
            _store.ReadAsync(_name, 0, new byte[10], Freshness.Cached, Token).AsTask());

        Assert.Equal(10, read.Count);
    }

    [Fact]
    public async Task Read_ThatAlwaysHangs_SaysTimedOut()
    {
        _origin.Decide = (_, _) => Fault.Hang;

        StoreException exception = await Assert.ThrowsAsync<StoreException>(() => _time.DriveAsync(
            _store.ReadAsync(_name, 0, new byte[10], Freshness.Cached, Token).AsTask()));

        Assert.Equal(StoreFault.TimedOut, exception.Fault);
        Assert.Equal(_name, exception.Name);
    }

    [Fact]
    public async Task Put_WithoutRoom_IsNotTriedAgain()
    {
        _origin.Decide = (_, _) => Fault.OutOfSpace;

        StoreException exception = await Assert.ThrowsAsync<StoreException>(
            async () => await _store.PutAsync(_name, new byte[10], PutMode.Replace, Token));

        Assert.Equal(StoreFault.OutOfSpace, exception.Fault);
        Assert.Equal(1, _origin.Requests);
    }

    [Fact]
    public async Task List_ThatBreaksOff_GoesOnWhereItWas()
    {
        List<StoreName> names = [];
        SeededEntropy entropy = new(3);
        for (int i = 0; i < 40; i++)
        {
            names.Add(StoreName.For(StoreArea.Root, LayerId.Create(entropy)));
            await _memory.PutAsync(names[^1], new byte[1], PutMode.Replace, Token);
        }
        _origin.Decide = (request, _) => request % 7 == 3 ? Fault.Unavailable : Fault.None;

        List<StoreName> listed = [];
        await _time.DriveAsync(ListAsync(listed));

        Assert.Equal(names.OrderBy(name => name.Hex, StringComparer.Ordinal), listed);
    }

    [Fact]
    public async Task Waits_AreJittered()
    {
        TimeSpan[] waited = [await WaitOnceAsync(0.1), await WaitOnceAsync(0.9)];

        Assert.NotEqual(waited[0], waited[1]);
    }

    private static async Task<TimeSpan> WaitOnceAsync(double jitter)
    {
        ManualTime time = new();
        DateTimeOffset start = time.GetUtcNow();
        FaultInjectingChunkStore origin = new(new MemoryChunkStore(time), time)
        {
            Decide = (request, _) => request == 0 ? Fault.Unavailable : Fault.None,
        };
        RetryingChunkStore store = new(origin, new RetryOptions { Jitter = () => jitter }, time);
        await time.DriveAsync(store.FlushAsync(Token).AsTask());
        return time.GetUtcNow() - start;
    }

    private async Task ListAsync(List<StoreName> names)
    {
        await foreach (StoreEntry entry in _store.ListAsync(StoreArea.Root, null, Token).ConfigureAwait(false))
        {
            names.Add(entry.Name);
        }
    }
}
