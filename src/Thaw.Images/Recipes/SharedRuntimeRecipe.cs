namespace Thaw.Images.Recipes;

/// <summary>The .NET shared runtime in a root image: Debian has none, the machine that builds Thaw has.</summary>
/// <param name="Channel">Which versions will do, such as <c>10.0</c>; the newest patch is taken.</param>
/// <param name="Target">The directory of the image that becomes .NET's root.</param>
public sealed record SharedRuntimeRecipe(string Channel, string Target);
