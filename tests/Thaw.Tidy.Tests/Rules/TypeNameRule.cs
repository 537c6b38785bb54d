using System.Text.RegularExpressions;
using Thaw.Tidy.Tests.Code;

namespace Thaw.Tidy.Tests.Rules;

/// <summary>A file under src/ holds one type and has its name; <c>Type.Part.cs</c> is a part of it.</summary>
internal static partial class TypeNameRule
{
    internal static IEnumerable<Finding> Check(SourceFile file)
    {
        if (!file.Path.StartsWith("src/", StringComparison.Ordinal) || file.Name is "Program.cs" or "AssemblyInfo.cs")
        {
            yield break;
        }

        MatchCollection types = TopLevelType().Matches(file.Code);
        foreach (Match second in types.Skip(1))
        {
            yield return file.At(second.Index, $"A second type, {second.Groups[1].Value}: give it its own file.");
        }

        string stem = file.Name.Split('.')[0];
        if (types.Count > 0 && types[0].Groups[1].Value != stem)
        {
            yield return file.At(types[0].Index, $"{types[0].Groups[1].Value} is in a file named {file.Name}.");
        }
    }

    // File-scoped namespaces: a type at the left margin is a top-level one.
    [GeneratedRegex(
        @"^(?:(?:public|internal|file|static|sealed|abstract|partial|readonly|ref|unsafe)\s+)*"
        + @"(?:class|struct|interface|enum|record(?:\s+(?:class|struct))?)\s+(\w+)",
        RegexOptions.Multiline)]
    private static partial Regex TopLevelType();
}
