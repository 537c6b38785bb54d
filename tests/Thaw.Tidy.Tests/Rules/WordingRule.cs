using System.Text.RegularExpressions;
using Thaw.Tidy.Tests.Code;

namespace Thaw.Tidy.Tests.Rules;

/// <summary>Words that do not stand in code, in names or in any file.</summary>
internal static partial class WordingRule
{
    /// <summary>No regions; no catch block that does nothing and does not say why.</summary>
    internal static IEnumerable<Finding> CheckCode(SourceFile file)
    {
        foreach (Match match in Region().Matches(file.Code))
        {
            yield return file.At(match.Index, "A region: cut the type instead.");
        }

        foreach (Match match in EmptyCatch().Matches(file.Code))
        {
            // A comment that says why nothing has to be done is something.
            if (file.Text.AsSpan(match.Index, match.Length).Contains("//", StringComparison.Ordinal))
            {
                continue;
            }

            yield return file.At(match.Index, "A catch block that does nothing.");
        }
    }

    /// <summary>Names say what a thing does; these parts of names do not.</summary>
    internal static IEnumerable<Finding> CheckNames(SourceFile file)
    {
        foreach (string part in file.Path.Split('/', '.').Where(part => VagueName().IsMatch(part)))
        {
            yield return file.AtLine(1, $"\"{part}\" says nothing.");
        }

        foreach (Match match in DeclaredType().Matches(file.Code).Where(m => VagueName().IsMatch(m.Groups[2].Value)))
        {
            yield return file.At(match.Index, $"\"{match.Groups[2].Value}\" says nothing.");
        }
    }

    /// <summary>Tests wait for events, not for time.</summary>
    internal static IEnumerable<Finding> CheckWaiting(SourceFile file)
    {
        foreach (Match match in Sleep().Matches(file.Code))
        {
            string what = match.Value.TrimEnd('(');
            yield return file.At(match.Index, $"{what} in a test: wait for an event, with a bound.");
        }
    }

    /// <summary>
    /// What is left to do is an issue; where a machine keeps its files or packages is that machine's business.
    /// </summary>
    internal static IEnumerable<Finding> CheckText(SourceFile file)
    {
        foreach (Match match in Unfinished().Matches(file.Text))
        {
            yield return file.At(match.Index, $"\"{match.Value}\": write an issue instead.");
        }

        foreach (Match match in Registry().Matches(file.Text))
        {
            yield return file.At(match.Index, $"\"{match.Value}\" is the address of a package registry.");
        }

        // In the guest's own scripts /root is a folder of the guest.
        bool isGuestScript = file.Path.StartsWith("guest/", StringComparison.Ordinal);
        foreach (Match match in MachinePath().Matches(file.Text))
        {
            if (!isGuestScript || match.Groups[1].Value != "root")
            {
                yield return file.At(match.Index, $"\"{match.Value}\" is a path of one machine.");
            }
        }
    }

    [GeneratedRegex(@"^\s*#\s*region\b", RegexOptions.Multiline)]
    private static partial Regex Region();

    [GeneratedRegex(@"\bcatch\b\s*(\([^)]*\))?\s*(when\s*\([^{]*\))?\s*\{\s*\}")]
    private static partial Regex EmptyCatch();

    [GeneratedRegex(@"(Manager|Helper|Helpers|Util|Utils|Utility|Common|Misc)(?![a-z])")]
    private static partial Regex VagueName();

    [GeneratedRegex(@"\b(class|struct|interface|enum|record)\s+(\w+)")]
    private static partial Regex DeclaredType();

    [GeneratedRegex(@"\bThread\.Sleep\(|\bTask\.Delay\((?!Timeout\.Infinite)")]
    private static partial Regex Sleep();

    [GeneratedRegex(@"\b(TODO|FIXME|XXX|HACK)\b")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"api\.nuget\.org|nuget\.org/v3|registry\.npmjs|pypi\.org/simple|/artifactory/|index\.crates\.io")]
    private static partial Regex Registry();

    [GeneratedRegex(@"(?<![\w.$}])/(work|root|home/\w+)/")]
    private static partial Regex MachinePath();
}
