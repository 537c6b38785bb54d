using Thaw.Images.Cache;
using Thaw.Images.Debian;

namespace Thaw.Images.Building;

/// <summary>What the builds of one run share: cache, archive, chosen package versions, progress.</summary>
public sealed class BuildContext
{
    private readonly IProgress<ImageProgress>? _progress;
    private readonly bool _refresh;
    private readonly Dictionary<string, PrivateApt> _apts = [];
    private readonly Lazy<DebianArchive> _archive = new(AptSources.FindArchive);
    private readonly Lazy<PackageChoices> _choices;

    /// <summary>Creates the context of one run. The cache's lock is to be held while it is used.</summary>
    public BuildContext(ImageCache cache, bool refreshPackages, IProgress<ImageProgress>? progress)
    {
        Cache = cache;
        _refresh = refreshPackages;
        _progress = progress;
        _choices = new Lazy<PackageChoices>(() => PackageChoices.Load(cache.Root));
    }

    /// <summary>The cache of finished parts.</summary>
    public ImageCache Cache { get; }

    /// <summary>The machine's Debian archive.</summary>
    public DebianArchive Archive => _archive.Value;

    /// <summary>Whom to tell what happens; passed on to the cache.</summary>
    public IProgress<ImageProgress>? Progress => _progress;

    /// <summary>Tells what happens now.</summary>
    public void Report(string step, string message) => _progress?.Report(new ImageProgress(step, message));

    /// <summary>The private apt for a suite.</summary>
    public PrivateApt AptFor(string suite)
    {
        if (!_apts.TryGetValue(suite, out PrivateApt? apt))
        {
            apt = PrivateApt.Create(Path.Combine(Cache.Root, "apt", suite), Archive, suite);
            _apts[suite] = apt;
        }

        return apt;
    }

    /// <summary>Gives the package versions chosen for <paramref name="what"/>, choosing now if need be.</summary>
    public async Task<IReadOnlyList<string>> ChooseAsync(string what, Func<Task<IReadOnlyList<string>>> choose)
    {
        if (!_refresh && _choices.Value.Chosen.TryGetValue(what, out IReadOnlyList<string>? chosen))
        {
            return chosen;
        }

        Report("packages", $"Asking the archive which packages {what} is made of");
        IReadOnlyList<string> now = await choose().ConfigureAwait(false);
        _choices.Value.Chosen[what] = now;
        _choices.Value.Save(Cache.Root);
        return now;
    }
}
