namespace Thaw.Dev.Testing;

/// <summary>A test project of this checkout.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Stage">When it runs: whoever needs more of the machine comes later.</param>
internal sealed record TestProject(string Name, TestStage Stage)
{
    /// <summary>The built program that runs its tests.</summary>
    public string Program => Path.Combine(Workspace.Artifacts, "bin", Name, "release", Name);

    /// <summary>The projects that have code, in the order in which they run.</summary>
    /// <param name="names">Only these; all when empty.</param>
    public static IReadOnlyList<TestProject> Find(IReadOnlyCollection<string> names)
    {
        List<TestProject> found =
        [
            .. Directory.EnumerateDirectories(Path.Combine(Workspace.Root, "tests"), "*.Tests")
                .Where(d => Directory.EnumerateFiles(d, "*.cs", SearchOption.AllDirectories).Any())
                .Select(d => new TestProject(Path.GetFileName(d), StageOf(Path.GetFileName(d))))
                .OrderBy(p => p.Stage).ThenBy(p => p.Name, StringComparer.Ordinal),
        ];
        string? unknown = names.FirstOrDefault(n => !found.Exists(p => p.Name == n));
        return unknown is null
            ? [.. found.Where(p => names.Count == 0 || names.Contains(p.Name))]
            : throw new DevException(
                $"There are no tests called '{unknown}'; there are: {string.Join(", ", found.Select(p => p.Name))}.");
    }

    private static TestStage StageOf(string name) => name switch
    {
        "Thaw.Guest.Tests" or "Thaw.Sysgenid.Tests" or "Thaw.Dev.Tests" => TestStage.Microvm,
        "Thaw.EndToEnd.Tests" => TestStage.WholeSystem,
        _ => TestStage.Unit,
    };
}
