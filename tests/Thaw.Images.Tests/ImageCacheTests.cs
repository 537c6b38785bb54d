using Thaw.Images.Cache;

namespace Thaw.Images.Tests;

public sealed class ImageCacheTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ImageCache _cache;
    private readonly List<string> _told = [];
    private int _builds;

    public ImageCacheTests()
    {
        _cache = new ImageCache(_directory.Path);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task GetOrBuild_WithEqualKey_BuildsOnce()
    {
        CacheEntry first = await GetAsync("a");
        CacheEntry second = await GetAsync("a");

        Assert.Equal(1, _builds);
        Assert.Equal(first.Directory, second.Directory);
        Assert.Equal("content", File.ReadAllText(second.PathOf("part/file")));
        Assert.Equal("1", second.Record.Facts["build"]);
    }

    [Fact]
    public async Task GetOrBuild_WithOtherKey_BuildsAgainBeside()
    {
        CacheEntry first = await GetAsync("a");
        CacheEntry second = await GetAsync("b");

        Assert.Equal(2, _builds);
        Assert.NotEqual(first.Directory, second.Directory);
    }

    [Theory]
    [InlineData("contenT", "SHA-256")]
    [InlineData("conten", "6 bytes, 7 were written")]
    [InlineData(null, "is missing")]
    public async Task GetOrBuild_OfDamagedEntry_SaysWhatIsWrongAndBuildsAgain(string? damage, string said)
    {
        CacheEntry entry = await GetAsync("a");
        File.Delete(entry.PathOf("part/file"));
        if (damage is not null)
        {
            File.WriteAllText(entry.PathOf("part/file"), damage);
        }

        CacheEntry again = await GetAsync("a");

        Assert.Equal(2, _builds);
        Assert.Contains(said, Assert.Single(_told));
        Assert.Equal("content", File.ReadAllText(again.PathOf("part/file")));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("null")]
    public async Task GetOrBuild_WithUnreadableRecord_BuildsAgain(string record)
    {
        CacheEntry entry = await GetAsync("a");
        File.WriteAllText(entry.PathOf("entry.json"), record);

        await GetAsync("a");

        Assert.Equal(2, _builds);
        Assert.Single(_told);
    }

    [Fact]
    public async Task GetOrBuild_WhoseBuildFails_LeavesNothing()
    {
        await Assert.ThrowsAsync<ImageException>(() => _cache.GetOrBuildAsync(
            "part",
            new CacheKey("part", 1),
            (directory, _) =>
            {
                File.WriteAllText(Path.Combine(directory, "half"), "half");
                throw new ImageException("The mirror is away.");
            },
            null,
            Token));

        Assert.Empty(Directory.EnumerateFiles(_directory.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Prune_DropsInterruptedBuildsAndWhatWasLongUnused()
    {
        CacheEntry old = await GetAsync("old");
        CacheEntry used = await GetAsync("used");
        Directory.SetLastWriteTimeUtc(old.Directory, DateTime.UtcNow.AddDays(-15));
        Directory.CreateDirectory(_directory.File("tmp/part-x.1"));

        _cache.Prune();

        Assert.False(Directory.Exists(old.Directory));
        Assert.False(Directory.Exists(_directory.File("tmp")));
        Assert.True(Directory.Exists(used.Directory));
    }

    [Fact]
    public async Task Lock_HeldByAnother_IsWaitedForAndTold()
    {
        IDisposable held = await _cache.LockAsync(null, Token);

        Task<IDisposable> second = _cache.LockAsync(new Collector(_told), Token);
        Assert.Contains("Waiting", Assert.Single(_told));
        Assert.False(second.IsCompleted);
        held.Dispose();

        (await second).Dispose();
    }

    [Fact]
    public void CacheKey_ChangesWithEveryPart()
    {
        string[] keys =
        [
            new CacheKey("kernel", 1).ToString(),
            new CacheKey("kernel", 2).ToString(),
            new CacheKey("root", 1).ToString(),
            new CacheKey("root", 1).Add("init", "ab").ToString(),
            new CacheKey("root", 1).Add("init", "a").Add("b", "").ToString(),
            new CacheKey("root", 1).Add("inita", "b").ToString(),
            new CacheKey("root", 1).Add("init", "ba").ToString(),
        ];

        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal(keys[3], new CacheKey("root", 1).Add("init", "ab").ToString());
    }

    private Task<CacheEntry> GetAsync(string key) => _cache.GetOrBuildAsync(
        "part",
        new CacheKey("part", 1).Add("key", key),
        (directory, _) =>
        {
            _builds++;
            Directory.CreateDirectory(Path.Combine(directory, "part"));
            File.WriteAllText(Path.Combine(directory, "part/file"), "content");
            return Task.FromResult<IReadOnlyDictionary<string, string>>(
                new Dictionary<string, string> { ["build"] = $"{_builds}" });
        },
        new Collector(_told),
        Token);

    private sealed class Collector(List<string> told) : IProgress<ImageProgress>
    {
        public void Report(ImageProgress value) => told.Add(value.Message);
    }
}
