using System.Globalization;
using Thaw.Images.Cache;
using Thaw.Images.Recipes;
using Thaw.Images.Tools;

namespace Thaw.Images.Building;

/// <summary>Makes a read-only root image from Debian packages and recipe files.</summary>
public static class RootBuild
{
    /// <summary>File name of the image in its entry.</summary>
    public const string ImageName = "root.erofs";

    /// <summary>The fact that holds the packages, one <c>name=version</c> a line.</summary>
    public const string PackagesFact = "packages";

    private const string TarName = "root.tar";
    private const int PackagesRecipeVersion = 2;
    private const int ImageRecipeVersion = 2;
    private const int ReportLengthMax = 90;
    private const long SourceDateEpoch = 1735689600;

    /// <summary>Gives the entry with the image of a recipe.</summary>
    public static async Task<CacheEntry> GetAsync(
        BuildContext context, string recipeName, CancellationToken cancellationToken)
    {
        RootRecipe recipe = RecipeFiles.Root(recipeName);
        CacheEntry packages = await GetPackagesAsync(context, recipe, cancellationToken).ConfigureAwait(false);
        CacheKey key = new CacheKey("root", ImageRecipeVersion).Add("packages", packages.Record.Key);
        foreach (string directory in recipe.Directories)
        {
            key.Add("directory", directory);
        }

        foreach ((string folder, string target) in recipe.Files)
        {
            key.Add("target", target);
            foreach (string file in RecipeFiles.List(folder))
            {
                key.Add(file, RecipeFiles.Read($"{folder}/{file}"));
            }
        }

        var native = new Dictionary<string, CacheEntry>();
        foreach ((string name, string target) in recipe.Native)
        {
            native[target] = await NativeBuild.GetAsync(context, name, recipe.Suite, cancellationToken)
                .ConfigureAwait(false);
            key.Add(target, native[target].Record.Key);
        }

        SharedRuntime? runtime = null;
        if (recipe.SharedRuntime is { } wanted)
        {
            runtime = SharedRuntime.Find(wanted.Channel);
            runtime.AddTo(key.Add("target", wanted.Target));
        }

        ImageParts parts = new(packages, native, runtime);
        return await context.Cache.GetOrBuildAsync(
            recipe.Name,
            key,
            (directory, ct) => BuildImageAsync(context, recipe, parts, directory, ct),
            context.Progress,
            cancellationToken).ConfigureAwait(false);
    }

    private static async Task<CacheEntry> GetPackagesAsync(
        BuildContext context, RootRecipe recipe, CancellationToken cancellationToken)
    {
        string what = $"{recipe.Name}: {string.Join(' ', recipe.Packages)}";
        IReadOnlyList<string> chosen = await context.ChooseAsync(
            what, () => context.AptFor(recipe.Suite).ResolveAsync(recipe.Packages, cancellationToken))
            .ConfigureAwait(false);
        CacheKey key = new CacheKey("packages", PackagesRecipeVersion)
            .Add("suite", recipe.Suite)
            .Add("packages", string.Join('\n', chosen))
            .Add("hooks", string.Join('\n', recipe.Hooks));
        return await context.Cache.GetOrBuildAsync(
            $"{recipe.Name}-packages",
            key,
            (directory, ct) => BuildPackagesAsync(context, recipe, chosen, directory, ct),
            context.Progress,
            cancellationToken).ConfigureAwait(false);
    }

    private static async Task<IReadOnlyDictionary<string, string>> BuildPackagesAsync(
        BuildContext context,
        RootRecipe recipe,
        IReadOnlyList<string> chosen,
        string directory,
        CancellationToken cancellationToken)
    {
        context.Report(recipe.Name, $"Unpacking {chosen.Count} packages of Debian {recipe.Suite}");
        List<string> arguments =
        [
            "--variant=extract", "--architectures=amd64", "--format=tar",
            "--include=" + string.Join(',', recipe.Packages),
        ];
        foreach (string option in await HostAptOptionsAsync(cancellationToken).ConfigureAwait(false))
        {
            arguments.Add("--aptopt=" + option);
        }

        arguments.AddRange(recipe.Hooks.Select(h => "--extract-hook=" + h));
        string sources = Path.Combine(directory, "archive.sources");
        File.WriteAllText(sources, context.Archive.Stanza(recipe.Suite));
        arguments.AddRange([recipe.Suite, Path.Combine(directory, TarName), sources]);
        var call = new ToolCall("mmdebstrap", arguments)
        {
            Environment = new Dictionary<string, string>
            {
                ["SOURCE_DATE_EPOCH"] = SourceDateEpoch.ToString(CultureInfo.InvariantCulture),
            },
            OnErrorLine = line => ReportStep(context, recipe.Name, line),
        };
        await HostTool.RunAsync(call, cancellationToken).ConfigureAwait(false);
        File.Delete(sources);
        return new Dictionary<string, string> { [PackagesFact] = string.Join('\n', chosen) };
    }

    private static void ReportStep(BuildContext context, string step, string line)
    {
        if (!line.StartsWith("I: ", StringComparison.Ordinal) || line.Contains("tempdir", StringComparison.Ordinal))
        {
            return;
        }

        string said = line[3..].TrimEnd('.');
        context.Report(step, said.Length <= ReportLengthMax ? said : said[..ReportLengthMax] + " ...");
    }

    /// <summary>
    /// mmdebstrap keeps its own apt settings; what this machine needs to reach its mirror is passed on.
    /// </summary>
    private static async Task<IReadOnlyList<string>> HostAptOptionsAsync(CancellationToken cancellationToken)
    {
        string[] prefixes =
            ["Acquire::Check-Valid-Until ", "Acquire::Check-Date ", "Acquire::http::Proxy ", "Acquire::https::Proxy "];
        string dump = await HostTool.RunAsync(new ToolCall("apt-config", "dump"), cancellationToken)
            .ConfigureAwait(false);
        return
        [
            .. dump.Split('\n').Where(l => prefixes.Any(p => l.StartsWith(p, StringComparison.OrdinalIgnoreCase)))
                .Select(l => l.Trim().TrimEnd(';')).Append("Acquire::Retries \"3\""),
        ];
    }

    private static async Task<IReadOnlyDictionary<string, string>> BuildImageAsync(
        BuildContext context,
        RootRecipe recipe,
        ImageParts parts,
        string directory,
        CancellationToken cancellationToken)
    {
        context.Report(recipe.Name, "Packing the root image");
        string tree = Path.Combine(directory, "tree");
        Directory.CreateDirectory(tree);
        // Ownership is decided by mkfs.erofs, device nodes by devtmpfs: neither needs root here.
        await HostTool.RunAsync(
            new ToolCall(
                "tar", "-xf", parts.Packages.PathOf(TarName), "-C", tree, "--no-same-owner", "-p",
                "--exclude=./dev/*", "--exclude=./var/lib/apt/*", "--exclude=./var/cache/*", "--exclude=./var/log/*"),
            cancellationToken).ConfigureAwait(false);
        foreach (string name in recipe.Directories)
        {
            Directory.CreateDirectory(Path.Combine(tree, name.TrimStart('/')));
        }

        PutOwnFiles(recipe, parts.Native, tree);
        parts.Runtime?.CopyTo(Path.Combine(tree, recipe.SharedRuntime!.Target.TrimStart('/')));
        await ErofsImage.CreateAsync(tree, Path.Combine(directory, ImageName), cancellationToken)
            .ConfigureAwait(false);
        Directory.Delete(tree, recursive: true);
        string[] runtime = parts.Runtime is { } shared ? [shared.PackageLine] : [];
        return new Dictionary<string, string>
        {
            [PackagesFact] = string.Join('\n', [parts.Packages.Record.Facts[PackagesFact], .. runtime]),
        };
    }

    private static void PutOwnFiles(RootRecipe recipe, IReadOnlyDictionary<string, CacheEntry> native, string tree)
    {
        foreach ((string folder, string target) in recipe.Files)
        {
            foreach (string file in RecipeFiles.List(folder))
            {
                Put(Path.Combine(tree, target.TrimStart('/'), file), RecipeFiles.Read($"{folder}/{file}"));
            }
        }

        foreach ((string target, CacheEntry entry) in native)
        {
            foreach (ImageFile file in entry.Record.Files)
            {
                Put(Path.Combine(tree, target.TrimStart('/'), file.Name), File.ReadAllBytes(entry.PathOf(file.Name)));
            }
        }

        static void Put(string path, byte[] content)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, content);
            if (OperatingSystem.IsLinux())
            {
                File.SetUnixFileMode(path, ModeFor(path));
            }
        }
    }

    private static UnixFileMode ModeFor(string path)
    {
        const UnixFileMode read = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead
            | UnixFileMode.OtherRead;
        const UnixFileMode execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return File.ReadAllBytes(path).AsSpan().StartsWith("#!"u8) ? read | execute : read;
    }
}
