namespace Thaw.Uapi;

/// <summary>Makes all generated files from all allow-lists.</summary>
public static class UapiGenerator
{
    /// <summary>File names below <c>src/Thaw.Linux/Uapi</c> with their text.</summary>
    public static IReadOnlyDictionary<string, string> Generate(string repositoryRoot)
    {
        string lists = Path.Combine(repositoryRoot, "eng", "uapi");
        CProbe probe = new(Path.Combine(lists, "overlay.h"));
        SortedDictionary<string, string> files = new(StringComparer.Ordinal);
        HashSet<(string Element, int Count)> arrays = [];
        foreach (string path in Directory.GetFiles(lists, "*.h.txt").Order(StringComparer.Ordinal))
        {
            AllowList list = AllowList.Read(path);
            files[list.Name + ".g.cs"] = CSharpEmitter.Emit(list, probe.Run(list), arrays);
        }

        files["arrays.g.cs"] = CSharpEmitter.EmitArrays(arrays);
        return files;
    }

    /// <summary>The folder that the generated files live in.</summary>
    public static string OutputFolder(string repositoryRoot) =>
        Path.Combine(repositoryRoot, "src", "Thaw.Linux", "Uapi");

    /// <summary>The nearest folder at or above <paramref name="start"/> that holds <c>Thaw.slnx</c>.</summary>
    public static string FindRepositoryRoot(string start)
    {
        for (string? folder = start; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Thaw.slnx")))
            {
                return folder;
            }
        }

        throw new InvalidOperationException($"No Thaw.slnx at or above {start}.");
    }
}
