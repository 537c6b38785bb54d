using Thaw.Images;
using Thaw.Images.Building;
using Thaw.Images.Cache;
using Thaw.Images.Tools;

namespace Thaw.Sysgenid.Tests.Building;

/// <summary>Builds a kernel module of ours with all warnings, and lets none pass.</summary>
internal static class ModuleBuild
{
    private const int RecipeVersion = 1;

    /// <summary>Gives the entry with <c>NAME.ko</c>, without debug information.</summary>
    /// <param name="context">The run that it belongs to.</param>
    /// <param name="kernel">The kernel that it is for.</param>
    /// <param name="name">The module's name.</param>
    /// <param name="sources">The directory with its Makefile and sources.</param>
    /// <param name="cancellationToken">Ends the build.</param>
    public static async Task<CacheEntry> GetAsync(
        BuildContext context, CacheEntry kernel, string name, string sources, CancellationToken cancellationToken)
    {
        CacheKey key = new CacheKey("module", RecipeVersion).Add("name", name).Add("kernel", kernel.Record.Key);
        string[] files = [.. Directory.EnumerateFiles(sources).Order(StringComparer.Ordinal)];
        foreach (string file in files)
        {
            key.AddFile(Path.GetFileName(file), file);
        }

        CacheEntry headers = await KernelHeaders.GetAsync(context, kernel, cancellationToken);
        return await context.Cache.GetOrBuildAsync(
            $"module-{name}",
            key,
            async (directory, ct) =>
            {
                context.Report(name, "Building the kernel module");
                string work = Path.Combine(directory, "work");
                await BuildAsync(headers, kernel, name, files, work, ct);
                File.Move(Path.Combine(work, name, $"{name}.ko"), Path.Combine(directory, $"{name}.ko"));
                Directory.Delete(work, recursive: true);
                return new Dictionary<string, string>();
            },
            context.Progress,
            cancellationToken);
    }

    private static async Task BuildAsync(
        CacheEntry headers,
        CacheEntry kernel,
        string name,
        IReadOnlyList<string> files,
        string work,
        CancellationToken cancellationToken)
    {
        RequiredTool.Check("make", "make");
        RequiredTool.Check("strip", "binutils");
        string tree = await KernelHeaders.UnpackAsync(
            headers, kernel, Path.Combine(work, "headers"), cancellationToken);
        string compiler = RequiredTool.CompilerOf(tree);
        RequiredTool.Check(compiler, compiler);

        string module = Path.Combine(work, name);
        Directory.CreateDirectory(module);
        foreach (string file in files)
        {
            File.Copy(file, Path.Combine(module, Path.GetFileName(file)));
        }

        var warnings = new List<string>();
        var call = new ToolCall("make", "-s", "-C", module, $"KDIR={tree}", "W=1") { OnErrorLine = warnings.Add };
        string output = await HostTool.RunAsync(call, cancellationToken);
        if (warnings.Count > 0 || output.Length > 0)
        {
            throw new ImageException($"The build of {name} is not silent:\n{output}{string.Join('\n', warnings)}");
        }

        await HostTool.RunAsync(
            new ToolCall("strip", "--strip-debug", Path.Combine(module, $"{name}.ko")), cancellationToken);
    }
}
