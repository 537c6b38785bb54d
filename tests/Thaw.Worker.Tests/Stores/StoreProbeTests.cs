using Thaw.Store;
using Thaw.Worker.Layers;
using Thaw.Worker.Tests.Fakes;

namespace Thaw.Worker.Tests.Stores;

public sealed class StoreProbeTests
{
    private readonly ManualTime _time = new();
    private int _asked;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ask_OfAStoreThatFailsAtFirst_SaysSoUntilItAnswers()
    {
        StoreProbe probe = New(_ => _asked++ == 0
            ? throw new StoreException(StoreFault.AccessDenied, "Forbidden", null, null)
            : ValueTask.CompletedTask);

        await probe.AskAsync(Token);
        string? first = probe.Problem;
        await probe.AskAsync(Token);

        Assert.Equal("The store s3://mine can't be read: Forbidden", first);
        Assert.Null(probe.Problem);
    }

    [Fact]
    public async Task Ask_AfterAnAnswer_AsksNoMore()
    {
        StoreProbe probe = New(_ =>
        {
            _asked++;
            return ValueTask.CompletedTask;
        });

        await probe.AskAsync(Token);
        await probe.AskAsync(Token);

        Assert.Equal(1, _asked);
    }

    [Fact]
    public async Task Ask_OfAStoreThatNeverAnswers_IsOneRequestAndEndsAtALimit()
    {
        StoreProbe probe = New(async cancellationToken =>
        {
            _asked++;
            await Task.Delay(Timeout.Infinite, cancellationToken);
        });

        Task asking = probe.AskAsync(Token);
        await probe.AskAsync(Token);
        _time.Advance(TimeSpan.FromSeconds(31));
        await asking;

        Assert.Equal(1, _asked);
        Assert.Equal("The store s3://mine can't be read: no answer in 30 s.", probe.Problem);
    }

    private StoreProbe New(Func<CancellationToken, ValueTask> ask) => new("s3://mine", ask, _time);
}
