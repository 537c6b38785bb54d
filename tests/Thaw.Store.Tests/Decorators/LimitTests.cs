namespace Thaw.Store.Tests;

public sealed class LimitTests
{
    [Fact]
    public async Task Requests_OverTheBound_WaitTheirTurn()
    {
        ManualTime time = new();
        FaultInjectingChunkStore origin = new(new MemoryChunkStore(time), time) { Delay = TimeSpan.FromSeconds(1) };
        using LimitingChunkStore store = new(origin, inFlightMax: 3);
        StoreName name = StoreName.For(StoreArea.Root, LayerId.Create(new SeededEntropy(1)));
        CancellationToken token = TestContext.Current.CancellationToken;

        Task[] requests = [.. Enumerable.Range(0, 10).Select(_ => store.FindAsync(name, token).AsTask())];
        Assert.Equal(3, origin.Requests);
        for (int done = 3; done <= 10; done += 3)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            while (origin.Requests < Math.Min(done + 3, 10) || time.TimerCount < Math.Min(3, 10 - done))
            {
                // Those that waited go on by the thread pool, and are on the clock a little later.
                await Task.Yield();
                token.ThrowIfCancellationRequested();
            }
            Assert.Equal(Math.Min(done + 3, 10), origin.Requests);
        }
        time.Advance(TimeSpan.FromSeconds(1));
        await Task.WhenAll(requests);
    }
}
