using Thaw.Store.Tests;

namespace Thaw.Store.S3.Tests;

public sealed class StoreStackTests(S3Server server) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Probe_OfABucketThatIsThere_EndsAndReadsNothing()
    {
        await using StoreStack stack = Open(server.NewLocation().ToString(), server.Endpoint);

        await stack.ProbeAsync(Token);

        Assert.Equal(0, stack.CacheCounters!.Read().BytesRead);
    }

    [Fact]
    public async Task Probe_OfABucketThatIsNotThere_SaysSo()
    {
        await using StoreStack stack = Open("s3://no-such-bucket/prefix", server.Endpoint);

        StoreException failure = await Assert.ThrowsAsync<StoreException>(() => stack.ProbeAsync(Token).AsTask());

        Assert.Equal(StoreFault.Misconfigured, failure.Fault);
        Assert.Contains("NoSuchBucket", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_WhereNobodyListens_FailsAtOnce()
    {
        await using StoreStack stack = Open(server.NewLocation().ToString(), new Uri("http://127.0.0.1:1"));

        StoreException failure = await Assert.ThrowsAsync<StoreException>(() => stack.ProbeAsync(Token).AsTask());

        Assert.Equal(StoreFault.Unavailable, failure.Fault);
    }

    private StoreStack Open(string location, Uri endpoint) => StoreStack.Open(
        new StoreSetup
        {
            Location = location,
            S3Endpoint = endpoint,
            CacheDirectory = _directory.Combine("cache"),
            KeyFile = _directory.Combine("keys.json"),
        },
        TimeProvider.System);
}
