using System.Text.RegularExpressions;
using Thaw.Tidy.Tests.Code;

namespace Thaw.Tidy.Tests.Rules;

/// <summary>Links in documents lead to files that are there.</summary>
internal static partial class LinkRule
{
    internal static IEnumerable<Finding> Check(SourceFile document, Func<string, bool> exists)
    {
        foreach (Match match in Link().Matches(document.Text))
        {
            string target = match.Groups[1].Value.Split('#')[0];
            if (target.Length == 0 || target.Contains("://", StringComparison.Ordinal)
                || target.StartsWith("mailto:", StringComparison.Ordinal))
            {
                continue;
            }

            string path = Path.GetFullPath(Path.Combine("/", document.Folder, target)).TrimStart('/').TrimEnd('/');
            if (!exists(path))
            {
                yield return document.At(match.Index, $"The link leads to {path}, which is not there.");
            }
        }
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
