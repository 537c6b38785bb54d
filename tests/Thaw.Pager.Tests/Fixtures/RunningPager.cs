using Thaw.Pager.Control;
using Thaw.Pager.Fetching;
using Thaw.Protocol;

namespace Thaw.Pager.Tests.Fixtures;

/// <summary>A pager in the test's process, and what tests ask it for.</summary>
internal sealed class RunningPager : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("thaw-pager-").FullName;
    private readonly PagerService _service;

    /// <summary>Starts one.</summary>
    /// <param name="fetch">How long sources may keep clones waiting.</param>
    /// <param name="layers">What opens layers; a test's own memories when null.</param>
    /// <param name="time">Its clock.</param>
    internal RunningPager(FetchOptions? fetch = null, ISourceOpener? layers = null, TimeProvider? time = null)
    {
        PagerServiceOptions options = new(_folder, fetch ?? new FetchOptions());
        PagerLog log = new(Log, TimeProvider.System);
        _service = new PagerService(
            options,
            [layers ?? Memories, new FileOpener(Path.Combine(_folder, "ws"))],
            log,
            time ?? TimeProvider.System);
    }

    internal static TimeSpan Patience { get; } = TimeSpan.FromSeconds(30);

    internal TestOpener Memories { get; } = new();

    internal StringWriter Log { get; } = new();

    internal string Folder => _folder;

    internal Task<PagerAnswer> AskAsync(PagerRequest request) =>
        _service.HandleAsync(request, TestContext.Current.CancellationToken);

    internal async Task<string> OpenAsync(string layer, string? snapshot = null)
    {
        PagerAnswer answer = await AskAsync(
            new PagerRequest { Operation = PagerOperation.Open, Layer = layer, Snapshot = snapshot });
        Assert.Null(answer.Error);
        return answer.Image!.Image;
    }

    internal async Task<PagerStartStats> StartAsync(string image, bool prefetch = true, bool record = true)
    {
        PagerAnswer answer = await AskAsync(new PagerRequest
        {
            Operation = PagerOperation.Start,
            Image = image,
            Prefetch = prefetch,
            Record = record,
        });
        Assert.Null(answer.Error);
        return answer.Start!;
    }

    /// <summary>Opens, starts and connects a clone of shared images.</summary>
    internal async Task<TestClone> CloneAsync(
        string layer, bool prefetch = true, bool record = true, bool isShared = true)
    {
        string image = await OpenAsync(layer);
        return Connect(await StartAsync(image, prefetch, record), isShared);
    }

    internal static TestClone Connect(PagerStartStats start, bool isShared = true) =>
        TestClone.Connect(start.Start, start.Socket!, (ulong)start.GuestBytes, isShared);

    internal async Task<PagerStartStats> StatsAsync(TestClone clone) =>
        (await AskAsync(new PagerRequest { Operation = PagerOperation.Stats, Start = clone.Start })).Start!;

    /// <summary>Settles a start, and waits until what was learnt is kept.</summary>
    internal async Task<PagerStartStats> SettleAsync(TestClone clone)
    {
        PagerAnswer answer = await AskAsync(
            new PagerRequest { Operation = PagerOperation.Settle, Start = clone.Start });
        await _service.WhenKeptAsync().WaitAsync(Patience);
        return answer.Start!;
    }

    /// <summary>Waits until a start's figures are as a test wants them.</summary>
    internal async Task<PagerStartStats> WaitForAsync(TestClone clone, Func<PagerStartStats, bool> condition)
    {
        using CancellationTokenSource limit = new(Patience);
        while (true)
        {
            PagerStartStats stats = await StatsAsync(clone);
            if (condition(stats))
            {
                return stats;
            }
            Assert.False(limit.IsCancellationRequested, $"It stayed {stats}.");
            await Task.Yield();
        }
    }

    public void Dispose()
    {
        _service.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
