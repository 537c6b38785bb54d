using Thaw.Images.Cache;
using Thaw.Images.Tools;

namespace Thaw.Images.Building;

/// <summary>Builds a kernel module of ours with all warnings, and lets none pass.</summary>
public static class ModuleBuild
{
    private const int RecipeVersion = 1;

    /// <summary>Gives the entry with <c>NAME.ko</c>, without debug information.</summary>
    /// <param name="context">The run that it belongs to.</param>
    /// <param name="kernel">The kernel that it is for.</param>
    /// <param name="sources">What it is made of.</param>
    /// <param name="cancellationToken">Ends the build.</param>
    /// <exception cref="ImageException">It does not build, or not silently.</exception>
    public static async Task<CacheEntry> GetAsync(
        BuildContext context, CacheEntry kernel, ModuleSources sources, CancellationToken cancellationToken)
    {
        CacheKey key = new CacheKey("module", RecipeVersion)
            .Add("name", sources.Name).Add("kernel", kernel.Record.Key);
        foreach ((string file, byte[] content) in sources.Files)
        {
            key.Add(file, content);
        }

        CacheEntry headers = await KernelHeaders.GetAsync(context, kernel, cancellationToken).ConfigureAwait(false);
        return await context.Cache.GetOrBuildAsync(
            $"module-{sources.Name}",
            key,
            async (directory, ct) =>
            {
                context.Report(sources.Name, "Building the kernel module");
                string work = Path.Combine(directory, "work");
                string built = await BuildAsync(headers, kernel, sources, work, ct).ConfigureAwait(false);
                File.Move(built, Path.Combine(directory, $"{sources.Name}.ko"));
                Directory.Delete(work, recursive: true);
                return new Dictionary<string, string>();
            },
            context.Progress,
            cancellationToken).ConfigureAwait(false);
    }

    private static async Task<string> BuildAsync(
        CacheEntry headers, CacheEntry kernel, ModuleSources sources, string work, CancellationToken cancellationToken)
    {
        string tree = await KernelHeaders.UnpackAsync(
            headers, kernel, Path.Combine(work, "headers"), cancellationToken).ConfigureAwait(false);
        await RequireCompilerAsync(KernelHeaders.CompilerOf(tree), cancellationToken).ConfigureAwait(false);
        string module = Path.Combine(work, sources.Name);
        Directory.CreateDirectory(module);
        foreach ((string file, byte[] content) in sources.Files)
        {
            await File.WriteAllBytesAsync(Path.Combine(module, file), content, cancellationToken)
                .ConfigureAwait(false);
        }

        var warnings = new List<string>();
        var call = new ToolCall("make", "-s", "-C", module, $"KDIR={tree}", "W=1") { OnErrorLine = warnings.Add };
        string output = await HostTool.RunAsync(call, cancellationToken).ConfigureAwait(false);
        if (warnings.Count > 0 || output.Length > 0)
        {
            throw new ImageException(
                $"The build of {sources.Name} is not silent:\n{output}{string.Join('\n', warnings)}");
        }

        string built = Path.Combine(module, $"{sources.Name}.ko");
        await HostTool.RunAsync(new ToolCall("strip", "--strip-debug", built), cancellationToken)
            .ConfigureAwait(false);
        return built;
    }

    /// <summary>A missing compiler is named here; make would bury it under its own words.</summary>
    private static Task RequireCompilerAsync(string compiler, CancellationToken cancellationToken) =>
        HostTool.RunAsync(new ToolCall(compiler, "-dumpversion"), cancellationToken);
}
