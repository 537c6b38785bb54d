using Thaw.Images.Building;
using Thaw.Images.Recipes;

namespace Thaw.Images.Tests;

/// <summary>This machine's .NET as a source of images.</summary>
public sealed class SharedRuntimeTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Find_SeveralVersions_TakesTheNewestPatchOfTheChannel()
    {
        string empty = _directory.File("empty");
        string root = _directory.File("dotnet");
        foreach (string version in (string[])["9.0.20", "10.0.9", "10.0.12", "10.1.0", "11.0.0-preview.1"])
        {
            Put(root, $"shared/Microsoft.NETCore.App/{version}/System.Private.CoreLib.dll");
        }

        Put(root, "host/fxr/10.0.12/libhostfxr.so");
        Put(root, "shared/Microsoft.AspNetCore.App/10.0.12/other.dll");
        Put(root, "sdk/10.0.100/dotnet.dll");
        Put(root, "dotnet");
        Put(root, "LICENSE.txt");

        SharedRuntime found = SharedRuntime.Find("10.0", [empty, root]);

        Assert.Equal(("10.0.12", root), (found.Version, found.Root));
        Assert.Equal(
            [
                "LICENSE.txt", "dotnet", "host/fxr/10.0.12/libhostfxr.so",
                "shared/Microsoft.NETCore.App/10.0.12/System.Private.CoreLib.dll",
            ],
            found.Files);
    }

    [Fact]
    public void Find_NoneIsThere_SaysWhatIsMissingAndWhereItWasLookedFor()
    {
        string root = _directory.File("dotnet");
        Put(root, "shared/Microsoft.NETCore.App/10.0.12/System.Private.CoreLib.dll");
        Put(root, "dotnet");

        ImageException e = Assert.Throws<ImageException>(() => SharedRuntime.Find("10.0", [root, "/none"]));

        Assert.Contains("Microsoft.NETCore.App 10.0.x with host/fxr", e.Message, StringComparison.Ordinal);
        Assert.Contains($"{root}, /none", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_OnThisMachine_IsWhatTheTestsRunOn() =>
        Assert.Contains("dotnet", SharedRuntime.Find("10.0").Files);

    [Fact]
    public void Recipe_OfDotnet_HasItsRuntimeInside()
    {
        RootRecipe recipe = RecipeFiles.Root("dotnet10");

        Assert.Equal(("10.0", "/usr/share/dotnet"), (recipe.SharedRuntime!.Channel, recipe.SharedRuntime.Target));
        Assert.Null(RecipeFiles.Root("python3.13").SharedRuntime);
        Assert.Equal(
            ["Thaw.FunctionRuntime.dll", "Thaw.FunctionRuntime.runtimeconfig.json", "Thaw.Functions.dll"],
            RecipeFiles.List("runtimes/dotnet"));
    }

    private static void Put(string root, string file)
    {
        string path = Path.Combine(root, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "content");
    }
}
