using Thaw.Protocol;

namespace Thaw.Pager.Tests.Process;

/// <summary>Real monitors over /dev/kvm and a real pager, each a process of its own.</summary>
public sealed class MonitorRestoreTests : IClassFixture<SweepSnapshot>, IDisposable
{
    private const int TwoSweeps = 2 * (int)SweepKernel.PageCount;

    private readonly SweepSnapshot _snapshot;
    private readonly string _folder = Directory.CreateTempSubdirectory("thaw-pagers-").FullName;

    public MonitorRestoreTests(SweepSnapshot snapshot) => _snapshot = snapshot;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("SharedImages")]
    [InlineData("Uffd")]
    public async Task Restore_GuestThatReadsAllItsMemory_ReadsWhatTheFileHas(string backend)
    {
        using TestProcess pager = await StartPagerAsync();
        using PagerClient client = await ConnectAsync();
        PagerStartStats start = await StartAsync(client);
        using MonitorUnderTest monitor = await MonitorUnderTest.StartAsync(In("clone"));

        await monitor.LoadAsync(_snapshot.State, backend, start.Socket!);
        await monitor.WaitForConsoleAsync(TwoSweeps);

        AssertSweeps(await File.ReadAllBytesAsync(In("clone/console"), TestContext.Current.CancellationToken));
        PagerStartStats stats = await client.SettleAsync(start.Start, TestContext.Current.CancellationToken);
        Assert.Equal(PagerStartState.Serving, stats.State);
        // Beside what it sweeps: its code, its stack, page tables; where pages are copied, their neighbours.
        Assert.InRange(stats.Touched, SweepKernel.PageCount, SweepKernel.PageCount + 128);
        Assert.InRange(stats.FaultsWaited, SweepKernel.PageCount / 32, SweepKernel.PageCount);
    }

    [Fact]
    public async Task Restore_SecondCloneWithWorkingSet_WaitsForNothingAndMovesOnlyThat()
    {
        using TestProcess pager = await StartPagerAsync();
        using (PagerClient client = await ConnectAsync())
        {
            PagerStartStats first = await StartAsync(client);
            using MonitorUnderTest monitor = await MonitorUnderTest.StartAsync(In("first"));
            await monitor.LoadAsync(_snapshot.State, "SharedImages", first.Socket!);
            await monitor.WaitForConsoleAsync(TwoSweeps);
            await client.SettleAsync(first.Start, TestContext.Current.CancellationToken);
            await WaitUntilKeptAsync(In("run/working-sets"));
        }
        pager.Kill();
        await pager.WaitForExitAsync();
        using TestProcess again = await StartPagerAsync();
        using PagerClient cold = await ConnectAsync();
        PagerStartStats second = await StartAsync(cold);
        PagerStartStats warm;
        do
        {
            warm = await cold.StatsAsync(second.Start, TestContext.Current.CancellationToken);
        }
        while (!warm.PrefetchDone);
        using MonitorUnderTest clone = await MonitorUnderTest.StartAsync(In("second"));

        await clone.LoadAsync(_snapshot.State, "SharedImages", second.Socket!);
        await clone.WaitForConsoleAsync(TwoSweeps);

        AssertSweeps(await File.ReadAllBytesAsync(In("second/console"), TestContext.Current.CancellationToken));
        PagerStartStats stats = await cold.SettleAsync(second.Start, TestContext.Current.CancellationToken);
        Assert.Equal(0, stats.FaultsWaited);
        Assert.InRange(stats.Prefetched, SweepKernel.PageCount, SweepKernel.PageCount + 64);
        Assert.InRange(stats.PrefetchWasted, 0, 16);
        Assert.Equal(1, stats.HitRate);
        Assert.InRange(stats.BytesMoved, SweepKernel.PageCount * 4096, stats.GuestBytes / 4);
    }

    [Theory]
    [InlineData("SharedImages", false)]
    [InlineData("SharedImages", true)]
    [InlineData("Uffd", false)]
    public async Task PagerDies_WhileTheGuestOrTheLoopWaitsForAPage_EndsTheMonitorWithAReason(
        string backend, bool loopWaits)
    {
        using TestProcess pager = await StartPagerAsync();
        using PagerClient client = await ConnectAsync();
        PagerStartStats start = await StartAsync(client);
        using MonitorUnderTest monitor = await MonitorUnderTest.StartAsync(In("clone"));
        await monitor.CallAsync(
            "PUT",
            "/snapshot/load",
            $$"""
            {"snapshot_path":"{{_snapshot.State}}",
             "mem_backend":{"backend_type":"{{backend}}","backend_path":"{{start.Socket}}"}
            }
            """);
        await SignalAsync("STOP", pager.Id);
        Task<(int Status, string Body)> request = loopWaits
            ? monitor.TryCallAsync(
                "PUT",
                "/snapshot/create",
                $$"""{"snapshot_path":"{{In("s")}}","mem_file_path":"{{In("m")}}"}""")
            : monitor.TryCallAsync("PATCH", "/vm", """{"state":"Resumed"}""");
        if (!loopWaits)
        {
            await request;
        }

        pager.Kill();
        await monitor.Process.WaitForExitAsync();

        Assert.Equal(1, monitor.Process.ExitCode);
        Assert.Contains("pages that were not touched yet are lost", monitor.Process.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(monitor.Socket));
        await request.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    [Fact]
    public async Task PagerRestart_AfterADeath_ServesNewStarts()
    {
        using (TestProcess first = await StartPagerAsync())
        {
            using PagerClient lost = await ConnectAsync();
            await StartAsync(lost);
            first.Kill();
            await first.WaitForExitAsync();
        }
        using TestProcess second = await StartPagerAsync();
        using PagerClient client = await ConnectAsync();
        PagerStartStats start = await StartAsync(client);
        using MonitorUnderTest monitor = await MonitorUnderTest.StartAsync(In("clone"));

        await monitor.LoadAsync(_snapshot.State, "SharedImages", start.Socket!);
        await monitor.WaitForConsoleAsync(TwoSweeps);

        Assert.Equal([In("run/control.sock")], Directory.GetFiles(In("run"), "*.sock"));
    }

    // Begins somewhere in a sweep; the byte that was in flight when the snapshot was made is the original's.
    private static void AssertSweeps(byte[] console)
    {
        int position = console[1] - 'A';
        int wraps = 0;
        for (int i = 1; i < TwoSweeps; i++, position++)
        {
            if (console[i] != 'A' + (position % 26))
            {
                Assert.Equal((byte)'A', console[i]);
                position = 0;
                wraps++;
            }
        }
        Assert.InRange(wraps, 1, 2);
    }

    private static async Task WaitUntilKeptAsync(string folder)
    {
        using CancellationTokenSource limit = new(Fixtures.RunningPager.Patience);
        while (!Directory.Exists(folder) || Directory.GetFiles(folder, "*.ws").Length == 0)
        {
            Assert.False(limit.IsCancellationRequested, "Nothing was kept of what the clone touched.");
            await Task.Yield();
        }
    }

    private static async Task SignalAsync(string name, int pid)
    {
        using System.Diagnostics.Process kill = System.Diagnostics.Process.Start("kill", [$"-{name}", $"{pid}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private async Task<TestProcess> StartPagerAsync()
    {
        Directory.CreateDirectory(In("run"));
        TestProcess pager = TestProcess.Start(
            "thaw-pager", "--control-sock", In("run/control.sock"), "--run-dir", In("run"));
        await pager.WaitForSocketAsync(In("run/control.sock"));
        return pager;
    }

    private Task<PagerClient> ConnectAsync() =>
        PagerClient.ConnectAsync(In("run/control.sock"), TestContext.Current.CancellationToken);

    private async Task<PagerStartStats> StartAsync(PagerClient client)
    {
        PagerImageStats image = await client.OpenFileAsync(
            _snapshot.Memory, null, TestContext.Current.CancellationToken);
        return await client.StartAsync(
            image.Image, prefetch: true, record: true, TestContext.Current.CancellationToken);
    }

    private string In(string name) => Path.Combine(_folder, name);
}
