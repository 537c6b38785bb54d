using Thaw.Images.Building;
using Thaw.Images.Cache;
using Thaw.Sysgenid.Tests.Building;

namespace Thaw.Sysgenid.Tests.Machine;

/// <summary>Builds the module, boots the machine once, and keeps what came out of it for all tests.</summary>
public sealed class GuestRun : IAsyncLifetime
{
    private const string HostModuleSet = "lab";
    private static readonly string[] s_hostModules = ["virtio_blk"];
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("thaw-sysgenid-");
    private readonly GuestMachine _machine;
    private Dictionary<string, TapLine> _results = [];

    public GuestRun()
    {
        _machine = new GuestMachine(_directory.FullName);
    }

    internal string MemoryFile => _machine.MemoryFile;

    public async ValueTask InitializeAsync()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string init = Path.Combine(_directory.FullName, "init");
        await GuestProgram.CompileAsync(init, cancellationToken);
        CacheEntry kernel = await PackAsync(init, cancellationToken);
        await _machine.RunAsync(kernel.PathOf(KernelBuild.KernelName), cancellationToken);
        _results = TapLine.ReadAll(_machine.Output);
    }

    public ValueTask DisposeAsync()
    {
        _directory.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>What the guest said about a test; the console's end if it said nothing.</summary>
    internal TapLine ResultOf(string test) =>
        _results.TryGetValue(test, out TapLine? result)
            ? result
            : new TapLine(test, false, $"The machine ended before.\n{_machine.Output}\n{_machine.Console}");

    /// <summary>Everything that the guest's tests wrote.</summary>
    internal string Output => _machine.Output;

    private async Task<CacheEntry> PackAsync(string init, CancellationToken cancellationToken)
    {
        var cache = new ImageCache(ImageCache.DefaultDirectory);
        using IDisposable held = await cache.LockAsync(null, cancellationToken);
        var context = new BuildContext(cache, refreshPackages: false, null);
        CacheEntry kernel = await KernelBuild.GetAsync(context, cancellationToken);
        CacheEntry sysgenid = await ModuleBuild.GetAsync(context, kernel, ModuleSources.Sysgenid, cancellationToken);
        CacheEntry holder = await ModuleBuild.GetAsync(
            context, kernel, ModuleSources.FromDirectory("mmap_lock_holder", GuestSources.Holder), cancellationToken);
        _machine.WriteInitramfs(
            init,
            [
                .. KernelBuild.ModulesOf(kernel, HostModuleSet).Where(s_hostModules.Contains)
                    .Select(name => (name, kernel.PathOf($"modules/{name}.ko"))),
                ("sysgenid", sysgenid.PathOf("sysgenid.ko")),
                ("mmap_lock_holder", holder.PathOf("mmap_lock_holder.ko")),
            ]);
        return kernel;
    }
}
