using Thaw.Images.Tools;

namespace Thaw.Images.Kernels;

/// <summary>The modules of one kernel package: finds them by name and orders them for loading.</summary>
public sealed class ModuleTree
{
    private const int ModuleSizeMax = 64 << 20;
    private readonly Dictionary<string, string> _paths = new(StringComparer.Ordinal);
    private readonly HashSet<string> _builtIn = new(StringComparer.Ordinal);

    private ModuleTree()
    {
    }

    /// <summary>Lists the modules below <c>lib/modules/RELEASE</c>.</summary>
    public static ModuleTree Open(string directory)
    {
        var tree = new ModuleTree();
        foreach (string path in Directory.EnumerateFiles(directory, "*.ko*", SearchOption.AllDirectories))
        {
            tree._paths[NameOf(path)] = path;
        }

        string builtIn = Path.Combine(directory, "modules.builtin");
        if (File.Exists(builtIn))
        {
            tree._builtIn.UnionWith(File.ReadLines(builtIn).Select(NameOf));
        }

        return tree;
    }

    /// <summary>Unpacks the named modules and all that they need, each after what it depends on.</summary>
    /// <returns>Name and ELF bytes, in load order.</returns>
    /// <exception cref="ImageException">One is neither a module nor built in.</exception>
    public async Task<IReadOnlyList<(string Name, byte[] Content)>> LoadInOrderAsync(
        IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var ordered = new List<(string Name, byte[] Content)>();
        var visited = new HashSet<string>(StringComparer.Ordinal);
        foreach (string name in names)
        {
            await VisitAsync(name, "the recipe", ordered, visited, cancellationToken).ConfigureAwait(false);
        }

        return ordered;
    }

    /// <summary>The module's name of a file name: without folder and endings, dashes as underscores.</summary>
    public static string NameOf(string path) =>
        Path.GetFileName(path).Split(".ko")[0].Replace('-', '_');

    private async Task VisitAsync(
        string wanted,
        string wantedBy,
        List<(string Name, byte[] Content)> ordered,
        HashSet<string> visited,
        CancellationToken cancellationToken)
    {
        // A soft dependency, marked by KernelModule, may well be an alias that something built in answers to.
        bool optional = wanted.StartsWith('?');
        string name = NameOf(wanted.TrimStart('?'));
        if (_builtIn.Contains(name) || !visited.Add(name))
        {
            return;
        }

        if (!_paths.TryGetValue(name, out string? path))
        {
            if (optional)
            {
                return;
            }

            throw new ImageException($"The kernel has no module '{name}', which {wantedBy} needs.");
        }

        byte[] content = await ReadAsync(path, cancellationToken).ConfigureAwait(false);
        foreach (string dependency in KernelModule.Parse(content, Path.GetFileName(path)).Depends)
        {
            await VisitAsync(dependency, name, ordered, visited, cancellationToken).ConfigureAwait(false);
        }

        ordered.Add((name, content));
    }

    private static async Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        switch (Path.GetExtension(path))
        {
            case ".xz":
                await HostTool.RunAsync(new ToolCall("xz", "-dc", path), content, cancellationToken)
                    .ConfigureAwait(false);
                break;
            case ".zst":
                await HostTool.RunAsync(new ToolCall("zstd", "-dcq", path), content, cancellationToken)
                    .ConfigureAwait(false);
                break;
            default:
                await using (FileStream file = File.OpenRead(path))
                {
                    await file.CopyToAsync(content, cancellationToken).ConfigureAwait(false);
                }

                break;
        }

        return content.Length <= ModuleSizeMax
            ? content.ToArray()
            : throw new ImageException($"{path} unpacks to {content.Length} bytes, the limit is {ModuleSizeMax}.");
    }
}
