using Thaw.Images.Recipes;

namespace Thaw.Images.Building;

/// <summary>A kernel module of ours as it is before it is built.</summary>
/// <param name="Name">The module's name; its Makefile makes <c>NAME.ko</c>.</param>
/// <param name="Files">Makefile and sources by name, in the order of their names.</param>
public sealed record ModuleSources(string Name, IReadOnlyList<KeyValuePair<string, byte[]>> Files)
{
    /// <summary>The module behind <c>/dev/sysgenid</c>.</summary>
    public static ModuleSources Sysgenid => FromRecipe("sysgenid");

    /// <summary>Reads a module that is part of this library: <c>guest/modules/NAME</c>.</summary>
    public static ModuleSources FromRecipe(string name)
    {
        string folder = $"modules/{name}";
        return new ModuleSources(
            name,
            [.. RecipeFiles.List(folder).Select(f => KeyValuePair.Create(f, RecipeFiles.Read($"{folder}/{f}")))]);
    }

    /// <summary>Reads a module from a directory.</summary>
    public static ModuleSources FromDirectory(string name, string directory) =>
        new(
            name,
            [
                .. Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal)
                    .Select(f => KeyValuePair.Create(Path.GetFileName(f), File.ReadAllBytes(f))),
            ]);
}
