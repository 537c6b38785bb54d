using System.Xml.Linq;
using Thaw.Tidy.Tests.Code;

namespace Thaw.Tidy.Tests.Rules;

/// <summary>References between projects follow the graph, and each project is in it.</summary>
internal static class ProjectGraphRule
{
    internal static IEnumerable<Finding> Check(SourceFile project)
    {
        string name = Path.GetFileNameWithoutExtension(project.Path);
        string[]? allowed = AllowedFor(name);
        if (allowed is null)
        {
            yield return project.AtLine(1, $"{name} is not in the project graph.");
            yield break;
        }

        foreach (string reference in References(project).Except(allowed))
        {
            yield return project.AtLine(1, $"{name} may not reference {reference}.");
        }
    }

    internal static IEnumerable<string> References(SourceFile project) => XDocument.Parse(project.Text)
        .Descendants("ProjectReference")
        .Select(e => Path.GetFileNameWithoutExtension(((string?)e.Attribute("Include") ?? "").Replace('\\', '/')));

    private static string[]? AllowedFor(string name)
    {
        if (!name.EndsWith(".Tests", StringComparison.Ordinal))
        {
            return ProjectGraph.Allowed.GetValueOrDefault(name);
        }

        return [name[..^".Tests".Length], .. ProjectGraph.AllowedInTests.GetValueOrDefault(name, [])];
    }
}
