using Thaw.Protocol;
using Thaw.Store;
using Thaw.Store.S3;
using Thaw.Store.S3.Tests;
using Thaw.Store.Tests;

namespace Thaw.Pager.Tests.Process;

/// <summary>Real monitors, a real pager and a real store between them that goes wrong.</summary>
public sealed class StoreRestoreTests(SweepSnapshot snapshot, S3Server server)
    : IClassFixture<SweepSnapshot>, IClassFixture<S3Server>, IDisposable
{
    private const int OneSweep = (int)SweepKernel.PageCount;

    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("SharedImages")]
    [InlineData("Uffd")]
    public async Task Restore_ChunksDamagedInTheStore_EndsTheMonitorAndNotThePager(string backend)
    {
        LayerId layer = await PublishAsync(new LocalChunkStore(In("store"), Durability.None, new SystemEntropy()));
        foreach (string chunk in Directory.GetFiles(In("store/chunks"), "*", SearchOption.AllDirectories))
        {
            byte[] content = await File.ReadAllBytesAsync(chunk, Token);
            content[^1] ^= 1;
            await File.WriteAllBytesAsync(chunk, content, Token);
        }
        using TestProcess pager = await StartPagerAsync("--store", In("store"));
        using PagerClient client = await PagerClient.ConnectAsync(In("run/control.sock"), Token);
        PagerStartStats start = await StartAsync(client, layer);
        using MonitorUnderTest monitor = await MonitorUnderTest.StartAsync(In("clone"));

        Task load = monitor.LoadAsync(snapshot.State, backend, start.Socket!);
        await monitor.Process.WaitForExitAsync();

        Assert.Equal(1, monitor.Process.ExitCode);
        Assert.Matches(
            backend == "Uffd" ? "pages that were not touched yet are lost" : "Its memory cannot be had any more: page",
            monitor.Process.Output);
        await load.ContinueWith(_ => { }, TaskScheduler.Default);
        PagerStartStats ended;
        do
        {
            ended = await client.StatsAsync(start.Start, Token);
        }
        while (ended.State == PagerStartState.Serving);
        Assert.Equal(PagerStartState.Failed, ended.State);
        Assert.Contains("cannot be had", ended.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(In("clone/console")) && new FileInfo(In("clone/console")).Length > 0);
    }

    [Fact]
    public async Task Restore_StoreDirectoryAwayAndBackMidway_ReadsWhatWasPublished()
    {
        LayerId layer = await PublishAsync(new LocalChunkStore(In("store"), Durability.None, new SystemEntropy()));
        using TestProcess pager = await StartPagerAsync("--store", In("store"));
        using PagerClient client = await PagerClient.ConnectAsync(In("run/control.sock"), Token);
        PagerStartStats start = await StartAsync(client, layer);

        await AssertWaitsAsync(
            client,
            start,
            () => Task.Run(() => Directory.Move(In("store"), In("store.away"))),
            () => Task.Run(() => Directory.Move(In("store.away"), In("store"))));
    }

    [Fact]
    public async Task Restore_S3ServerGoneAndBackMidway_ReadsWhatWasPublished()
    {
        S3Location location = server.NewLocation();
        using S3ChunkStore store = S3ChunkStore.Open(
            new S3StoreOptions { Location = location, Endpoint = server.Endpoint });
        LayerId layer = await PublishAsync(store);
        using TestProcess pager = await StartPagerAsync(
            "--store", $"{location}", "--s3-endpoint", $"{server.Endpoint}", "--cache", In("cache"));
        using PagerClient client = await PagerClient.ConnectAsync(In("run/control.sock"), Token);
        PagerStartStats start = await StartAsync(client, layer);

        await AssertWaitsAsync(client, start, server.StopAsync, server.StartAgainAsync);
    }

    [Fact]
    public async Task Open_LayerThatTheStoreDoesNotHave_IsRefused()
    {
        using TestProcess pager = await StartPagerAsync("--store", In("store"), "--cache", In("cache"));
        using PagerClient client = await PagerClient.ConnectAsync(In("run/control.sock"), Token);

        PagerException refused = await Assert.ThrowsAsync<PagerException>(
            () => client.OpenLayerAsync(new string('a', 32), null, null, Token));

        Assert.Contains("not in the store", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithAStoreAndNoKeys_SaysWhatIsMissing()
    {
        using TestProcess pager = TestProcess.Start(
            "thaw-pager", "--control-sock", In("control.sock"), "--run-dir", In("run"), "--store", In("store"));

        await pager.WaitForExitAsync();

        Assert.Equal(2, pager.ExitCode);
        Assert.Contains("--store needs --keys", pager.Output, StringComparison.Ordinal);
    }

    // The guest faults while the store is away, and goes on when it is back.
    private async Task AssertWaitsAsync(
        PagerClient client, PagerStartStats start, Func<Task> goAway, Func<Task> comeBack)
    {
        using MonitorUnderTest monitor = await MonitorUnderTest.StartAsync(In("clone"));
        await goAway();
        Task load = monitor.LoadAsync(snapshot.State, "SharedImages", start.Socket!);
        PagerStartStats waiting;
        do
        {
            waiting = await client.StatsAsync(start.Start, Token);
        }
        while (waiting.FaultsWaited == 0);
        Assert.Equal(0, waiting.BytesMoved);

        await comeBack();

        await load;
        await monitor.WaitForConsoleAsync(2 * OneSweep);
        byte[] console = await File.ReadAllBytesAsync(In("clone/console"), Token);
        AssertWholeSweep(console);
        Assert.Equal(PagerStartState.Serving, (await client.StatsAsync(start.Start, Token)).State);
    }

    // It begins somewhere in a sweep: in what two of them take there is a whole one.
    private static void AssertWholeSweep(byte[] console)
    {
        byte[] sweep =
        [
            .. Enumerable.Range(0, OneSweep).Select(i => SweepKernel.Letter(SweepKernel.FirstPage + (uint)i)),
        ];
        Assert.True(console.AsSpan().IndexOf(sweep) >= 0, "The guest did not read one sweep as it was published.");
    }

    private async Task<LayerId> PublishAsync(IPrunableChunkStore store)
    {
        SystemEntropy entropy = new();
        LocalKeyFileService keys = new(In("keys"), entropy, TimeProvider.System);
        LayerPublisher publisher = new(
            store, new StoreGate(store, entropy, TimeProvider.System), keys, entropy, TimeProvider.System);
        using FilePageReader memory = new(snapshot.Memory);
        LayerManifest layer = await publisher.PublishAsync(
            new PublishRequest
            {
                Kind = LayerKind.Function,
                Keyspace = Keyspace.Account("alice"),
                Spaces =
                [
                    new SpaceSource
                    {
                        Name = LayerSpace.Memory,
                        LengthBytes = memory.LengthBytes,
                        Content = memory,
                    },
                ],
            },
            Token);
        return layer.Id;
    }

    private async Task<TestProcess> StartPagerAsync(params IEnumerable<string> more)
    {
        Directory.CreateDirectory(In("run"));
        TestProcess pager = TestProcess.Start(
            "thaw-pager",
            ["--control-sock", In("run/control.sock"), "--run-dir", In("run"), "--keys", In("keys"), .. more]);
        await pager.WaitForSocketAsync(In("run/control.sock"));
        return pager;
    }

    private static async Task<PagerStartStats> StartAsync(PagerClient client, LayerId layer)
    {
        PagerImageStats image = await client.OpenLayerAsync($"{layer}", null, null, Token);
        return await client.StartAsync(image.Image, prefetch: false, record: false, Token);
    }

    private string In(string name) => _directory.Combine(name);
}
