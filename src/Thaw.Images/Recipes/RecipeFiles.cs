using System.Reflection;
using System.Text.Json;

namespace Thaw.Images.Recipes;

/// <summary>The recipes under <c>guest/</c>, which this library carries with it.</summary>
public static class RecipeFiles
{
    private const string Prefix = "guest/";

    /// <summary>The guest kernel's recipe.</summary>
    public static KernelRecipe Kernel =>
        JsonSerializer.Deserialize(Read("images/kernel.json"), ImageJson.Default.KernelRecipe)!;

    /// <summary>Names of the root images that there are recipes for.</summary>
    public static IReadOnlyList<string> RootNames { get; } =
        [.. List("images").Where(n => n.EndsWith(".root.json", StringComparison.Ordinal))
            .Select(n => n[..^".root.json".Length]).Order(StringComparer.Ordinal)];

    /// <summary>Reads the recipe of a root image.</summary>
    /// <exception cref="ImageException">There is none of that name.</exception>
    public static RootRecipe Root(string name) =>
        RootNames.Contains(name)
            ? JsonSerializer.Deserialize(Read($"images/{name}.root.json"), ImageJson.Default.RootRecipe)!
            : throw new ImageException(
                $"There is no recipe for a root image '{name}'; there are: {string.Join(", ", RootNames)}.");

    /// <summary>Reads the recipe of a library of ours.</summary>
    public static NativeRecipe Native(string name) =>
        JsonSerializer.Deserialize(Read($"native/{name}/recipe.json"), ImageJson.Default.NativeRecipe)!;

    /// <summary>Names of the files in a folder below <c>guest/</c>, relative to it, sorted.</summary>
    public static IReadOnlyList<string> List(string folder)
    {
        string prefix = $"{Prefix}{folder}/";
        return
        [
            .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
                .Where(n => n.StartsWith(prefix, StringComparison.Ordinal))
                .Select(n => n[prefix.Length..])
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Reads a file below <c>guest/</c>.</summary>
    public static byte[] Read(string path)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Prefix + path)
            ?? throw new ImageException($"The recipe file guest/{path} is not part of this build.");
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
