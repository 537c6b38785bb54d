using System.Text.RegularExpressions;
using Thaw.Images.Cache;
using Thaw.Images.Debian;
using Thaw.Images.Recipes;
using Thaw.Images.Tools;

namespace Thaw.Images.Building;

/// <summary>Builds a library of ours for a root image, against the headers of the image's own suite.</summary>
public static partial class NativeBuild
{
    private const int RecipeVersion = 1;
    private const string RecipeName = "recipe.json";

    private static readonly string[] s_options =
        ["-std=c11", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-Werror", "-fstack-protector-strong", "-s"];

    /// <summary>Gives the entry with the library.</summary>
    /// <param name="context">The run that it belongs to.</param>
    /// <param name="name">The folder below <c>guest/native</c>.</param>
    /// <param name="suite">Debian's suite of the root image.</param>
    /// <param name="cancellationToken">Ends the build.</param>
    /// <exception cref="ImageException">It does not build without a warning.</exception>
    public static async Task<CacheEntry> GetAsync(
        BuildContext context, string name, string suite, CancellationToken cancellationToken)
    {
        NativeRecipe recipe = RecipeFiles.Native(name);
        IReadOnlyList<string> headers = recipe.Headers.Count == 0 ? [] : await context.ChooseAsync(
            $"headers of {suite}: {string.Join(' ', recipe.Headers)}",
            () => ChooseAsync(context, recipe, suite, cancellationToken)).ConfigureAwait(false);
        CacheKey key = new CacheKey("native", RecipeVersion).Add("name", name).Add("suite", suite)
            .Add("headers", string.Join('\n', headers)).Add("options", string.Join('\n', s_options));
        foreach (string file in RecipeFiles.List($"native/{name}"))
        {
            key.Add(file, RecipeFiles.Read($"native/{name}/{file}"));
        }

        return await context.Cache.GetOrBuildAsync(
            $"native-{name}",
            key,
            async (directory, ct) =>
            {
                string work = Path.Combine(directory, "work");
                context.Report(name, "Downloading headers and compiling");
                Directory.CreateDirectory(work);
                await UnpackAsync(context.AptFor(suite), headers, work, ct).ConfigureAwait(false);
                await CompileAsync(name, recipe, work, Path.Combine(directory, recipe.Output), ct)
                    .ConfigureAwait(false);
                Directory.Delete(work, recursive: true);
                return new Dictionary<string, string>();
            },
            context.Progress,
            cancellationToken).ConfigureAwait(false);
    }

    private static async Task<IReadOnlyList<string>> ChooseAsync(
        BuildContext context, NativeRecipe recipe, string suite, CancellationToken cancellationToken)
    {
        var chosen = new List<string>();
        foreach (string package in recipe.Headers)
        {
            string fields = await context.AptFor(suite).ShowAsync(package, cancellationToken).ConfigureAwait(false);
            Match version = Version().Match(fields);
            chosen.Add(version.Success
                ? $"{package}={version.Groups[1].Value}"
                : throw new ImageException($"{suite} of {context.Archive.Mirror} has no package {package}."));
        }

        return chosen;
    }

    private static async Task UnpackAsync(
        PrivateApt apt, IReadOnlyList<string> headers, string directory, CancellationToken cancellationToken)
    {
        foreach (string item in headers)
        {
            string[] parts = item.Split('=');
            string deb = await apt.DownloadAsync(parts[0], parts[1], cancellationToken).ConfigureAwait(false);
            await HostTool.RunAsync(new ToolCall("dpkg-deb", "-x", deb, directory), cancellationToken)
                .ConfigureAwait(false);
            File.Delete(deb);
        }
    }

    private static async Task CompileAsync(
        string name, NativeRecipe recipe, string work, string output, CancellationToken cancellationToken)
    {
        string sources = Path.Combine(work, "sources");
        Directory.CreateDirectory(sources);
        var units = new List<string>();
        foreach (string file in RecipeFiles.List($"native/{name}").Where(f => f != RecipeName))
        {
            string path = Path.Combine(sources, file);
            await File.WriteAllBytesAsync(path, RecipeFiles.Read($"native/{name}/{file}"), cancellationToken)
                .ConfigureAwait(false);
            if (Path.GetExtension(file) == ".c")
            {
                units.Add(path);
            }
        }

        // The machine may have other versions of the same headers: those of the image come first.
        string include = Path.Combine(work, "usr", "include");
        string[] places = ["-I", include, "-I", Path.Combine(include, "x86_64-linux-gnu")];
        await HostTool.RunAsync(
            new ToolCall("gcc", [.. s_options, .. places, .. units, .. recipe.Options, "-o", output]),
            cancellationToken).ConfigureAwait(false);
    }

    [GeneratedRegex("^Version: (.+)$", RegexOptions.Multiline)]
    private static partial Regex Version();
}
