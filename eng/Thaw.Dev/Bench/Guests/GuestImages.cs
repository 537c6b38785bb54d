using System.Text;
using Thaw.Dev.Steps;
using Thaw.Images.Archives;
using Thaw.Images.Building;
using Thaw.Images.Cache;
using Thaw.Images.Recipes;

namespace Thaw.Dev.Bench.Guests;

/// <summary>
/// Makes memory images of real guests, with the kernel and the root images that functions have, and keeps them in the
/// state directory under what they depend on.
/// </summary>
internal static class GuestImages
{
    private const string Busybox = "/bin/busybox";
    private const string ModuleSet = "guest";
    private const int RecipeVersion = 1;

    private static string Folder => Path.Combine(Workspace.State, "bench", "images");

    /// <summary>Gives the images of these guests, making what is not there.</summary>
    public static async Task<IReadOnlyList<BenchImage>> GetAsync(
        IReadOnlyList<GuestRecipe> recipes, CancellationToken cancellationToken)
    {
        List<BenchImage> images = [];
        foreach (GuestRecipe recipe in recipes)
        {
            images.Add(await StepLog.RunAsync(
                $"Memory image of guest {recipe.Name}", report => GetAsync(recipe, report, cancellationToken)));
        }

        return images;
    }

    private static async Task<BenchImage> GetAsync(
        GuestRecipe recipe, Action<string> report, CancellationToken cancellationToken)
    {
        (CacheEntry kernel, CacheEntry root) = await BuildPartsAsync(recipe, report, cancellationToken);
        CacheKey key = new CacheKey("bench-memory", RecipeVersion)
            .Add("kernel", kernel.Record.Key).Add("root", root.Record.Key)
            .Add("init", RecipeFiles.Read("images/bench/init.sh")).Add("command", recipe.Command)
            .Add("machine", string.Join(' ', GuestMachine.Machine));
        foreach ((string name, string path) in recipe.Task)
        {
            key.AddFile(name, Path.Combine(Workspace.Root, path));
        }

        // A folder under its final name is complete.
        string final = Path.Combine(Folder, $"{recipe.Name}-{key}");
        var image = new BenchImage(recipe.Name, Path.Combine(final, GuestMachine.MemoryName));
        if (File.Exists(image.Path))
        {
            return image;
        }

        string building = $"{final}.{Environment.ProcessId}";
        Directory.CreateDirectory(building);
        try
        {
            WriteInitramfs(recipe, kernel, Path.Combine(building, GuestMachine.InitramfsName));
            report("running the guest under emulation");
            await GuestMachine.RunAsync(
                building, kernel.PathOf(KernelBuild.KernelName), root.PathOf(RootBuild.ImageName),
                cancellationToken);
            DropEarlier(recipe);
            Directory.Move(building, final);
        }
        finally
        {
            if (Directory.Exists(building))
            {
                Directory.Delete(building, recursive: true);
            }
        }

        return image;
    }

    private static async Task<(CacheEntry Kernel, CacheEntry Root)> BuildPartsAsync(
        GuestRecipe recipe, Action<string> report, CancellationToken cancellationToken)
    {
        var progress = new ImageSteps.SynchronousProgress(report);
        var cache = new ImageCache(ImageCache.DefaultDirectory);
        using IDisposable held = await cache.LockAsync(progress, cancellationToken);
        var context = new BuildContext(cache, refreshPackages: false, progress);
        CacheEntry kernel = await KernelBuild.GetAsync(context, cancellationToken);
        return (kernel, await RootBuild.GetAsync(context, recipe.Root, cancellationToken));
    }

    /// <summary>Images of this guest that depended on something older.</summary>
    private static void DropEarlier(GuestRecipe recipe)
    {
        foreach (string earlier in Directory.EnumerateDirectories(Folder, recipe.Name + "-*"))
        {
            if (!Path.GetFileName(earlier).Contains('.', StringComparison.Ordinal))
            {
                Directory.Delete(earlier, recursive: true);
            }
        }
    }

    private static void WriteInitramfs(GuestRecipe recipe, CacheEntry kernel, string target)
    {
        if (!File.Exists(Busybox))
        {
            throw new DevException($"{Busybox} is missing (Debian package busybox-static). Run ./dev setup.");
        }

        using FileStream output = File.Create(target);
        using var cpio = new CpioWriter(output);
        foreach (string directory in
            (string[])["bin", "dev", "lower", "modules", "proc", "root", "rw", "sys", "task", "tmp"])
        {
            cpio.AddDirectory(directory);
        }

        cpio.AddCharacterDevice("dev/console", 5, 1);
        cpio.AddFile("bin/busybox", File.ReadAllBytes(Busybox), mode: 0b111_101_101);
        var order = new StringBuilder();
        foreach (string name in KernelBuild.ModulesOf(kernel, ModuleSet))
        {
            cpio.AddFile($"modules/{name}.ko", File.ReadAllBytes(kernel.PathOf($"modules/{name}.ko")));
            order.Append(name).Append('\n');
        }

        cpio.AddFile("modules/order", Encoding.UTF8.GetBytes(order.ToString()));
        foreach ((string name, string path) in recipe.Task)
        {
            cpio.AddFile($"task/{name}", File.ReadAllBytes(Path.Combine(Workspace.Root, path)));
        }

        cpio.AddFile("task/.name", Encoding.UTF8.GetBytes(recipe.Name));
        cpio.AddFile("command", Encoding.UTF8.GetBytes(recipe.Command));
        cpio.AddFile("init", RecipeFiles.Read("images/bench/init.sh"), mode: 0b111_101_101);
    }
}
