namespace Thaw.Images.Recipes;

/// <summary>Which kernel the guests run, and which of its modules are needed where.</summary>
/// <param name="Package">Debian's package that depends on the current kernel of the series.</param>
/// <param name="Series">The series that it has to be, such as <c>6.12</c>.</param>
/// <param name="ModuleSets">Name of a set to its modules; what they depend on is added.</param>
public sealed record KernelRecipe(
    string Package,
    string Series,
    IReadOnlyDictionary<string, IReadOnlyList<string>> ModuleSets);
