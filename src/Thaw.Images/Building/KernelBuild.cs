using System.Text.RegularExpressions;
using Thaw.Images.Cache;
using Thaw.Images.Kernels;
using Thaw.Images.Recipes;
using Thaw.Images.Tools;

namespace Thaw.Images.Building;

/// <summary>Takes Debian's cloud kernel apart: the ELF kernel, and the modules that the recipe names.</summary>
public static partial class KernelBuild
{
    /// <summary>File name of the ELF kernel in the entry.</summary>
    public const string KernelName = "vmlinux";

    /// <summary>The fact that holds the kernel's release.</summary>
    public const string ReleaseFact = "release";

    /// <summary>The fact that holds the package and version.</summary>
    public const string PackageFact = "package";

    private const int RecipeVersion = 1;

    /// <summary>
    /// Gives the entry with <c>vmlinux</c>, <c>modules/NAME.ko</c> and <c>SET.order</c> per module set.
    /// </summary>
    public static async Task<CacheEntry> GetAsync(BuildContext context, CancellationToken cancellationToken)
    {
        KernelRecipe recipe = RecipeFiles.Kernel;
        IReadOnlyList<string> chosen = await context.ChooseAsync(
            recipe.Package, () => ChooseAsync(context, recipe, cancellationToken)).ConfigureAwait(false);
        if (chosen is not [string item] || item.Split('=') is not [string package, string version])
        {
            throw new ImageException($"The kernel chosen earlier is '{string.Join(' ', chosen)}', not name=version.");
        }

        CacheKey key = new CacheKey("kernel", RecipeVersion)
            .Add("recipe", RecipeFiles.Read("images/kernel.json")).Add("package", item);
        return await context.Cache.GetOrBuildAsync(
            "kernel",
            key,
            (directory, ct) => BuildAsync(context, recipe, package, version, directory, ct),
            context.Progress,
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads which modules a set has, in load order, from a kernel entry.</summary>
    public static IReadOnlyList<string> ModulesOf(CacheEntry kernel, string set) =>
        File.ReadAllLines(kernel.PathOf($"{set}.order"));

    /// <summary>Unpacks the ELF kernel of a bzImage with the system's zstd.</summary>
    public static async Task ExtractKernelAsync(string bzImage, string target, CancellationToken cancellationToken)
    {
        if (new FileInfo(bzImage).Length > BzImage.SizeMax)
        {
            throw new ImageException($"{bzImage} is larger than {BzImage.SizeMax} bytes.");
        }

        byte[] image = await File.ReadAllBytesAsync(bzImage, cancellationToken).ConfigureAwait(false);
        var call = new ToolCall("zstd", "-dcq") { Input = BzImage.FindZstdPayload(image, bzImage) };
        await using FileStream output = File.Create(target);
        await HostTool.RunAsync(call, output, cancellationToken).ConfigureAwait(false);
        output.Position = 0;
        byte[] header = new byte[64];
        int read = await output.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, cancellationToken)
            .ConfigureAwait(false);
        BzImage.RequireElf(header.AsSpan(0, read), bzImage);
    }

    private static async Task<IReadOnlyList<string>> ChooseAsync(
        BuildContext context, KernelRecipe recipe, CancellationToken cancellationToken)
    {
        string suite = context.Archive.KernelSuite;
        string fields = await context.AptFor(suite).ShowAsync(recipe.Package, cancellationToken).ConfigureAwait(false);
        Match match = Dependency().Match(fields);
        if (!match.Success || !match.Groups["release"].Value.StartsWith(recipe.Series + ".", StringComparison.Ordinal))
        {
            throw new ImageException(
                $"{recipe.Package} in {suite} of {context.Archive.Mirror} is not of the {recipe.Series} series: " +
                $"it depends on '{match.Groups["name"].Value}'.");
        }

        return [$"{match.Groups["name"].Value}={match.Groups["version"].Value}"];
    }

    private static async Task<IReadOnlyDictionary<string, string>> BuildAsync(
        BuildContext context,
        KernelRecipe recipe,
        string package,
        string version,
        string directory,
        CancellationToken cancellationToken)
    {
        context.Report("kernel", $"Downloading {package} {version}");
        string deb = await context.AptFor(context.Archive.KernelSuite)
            .DownloadAsync(package, version, cancellationToken).ConfigureAwait(false);
        string unpacked = Path.Combine(directory, "unpacked");
        context.Report("kernel", "Unpacking the kernel and its modules");
        await HostTool.RunAsync(new ToolCall("dpkg-deb", "-x", deb, unpacked), cancellationToken)
            .ConfigureAwait(false);
        File.Delete(deb);

        string release = package["linux-image-".Length..];
        await ExtractKernelAsync(
            Path.Combine(unpacked, "boot", $"vmlinuz-{release}"), Path.Combine(directory, KernelName),
            cancellationToken)
            .ConfigureAwait(false);
        string modules = Path.Combine(unpacked, "usr/lib/modules", release);
        ModuleTree tree = ModuleTree.Open(
            Directory.Exists(modules) ? modules : Path.Combine(unpacked, "lib/modules", release));
        Directory.CreateDirectory(Path.Combine(directory, "modules"));
        foreach ((string set, IReadOnlyList<string> names) in recipe.ModuleSets)
        {
            var order = new List<string>();
            foreach ((string name, byte[] content) in
                await tree.LoadInOrderAsync(names, cancellationToken).ConfigureAwait(false))
            {
                order.Add(name);
                File.WriteAllBytes(Path.Combine(directory, "modules", $"{name}.ko"), content);
            }

            File.WriteAllLines(Path.Combine(directory, $"{set}.order"), order);
        }

        Directory.Delete(unpacked, recursive: true);
        return new Dictionary<string, string>
        {
            [ReleaseFact] = release,
            [PackageFact] = $"{package}={version}",
        };
    }

    [GeneratedRegex(
        @"^Depends: .*?(?<name>linux-image-(?<release>[0-9][^ ,]*)) \(= (?<version>[^)]+)\)", RegexOptions.Multiline)]
    private static partial Regex Dependency();
}
