using System.Text.RegularExpressions;
using Thaw.Tidy.Tests.Code;

namespace Thaw.Tidy.Tests.Rules;

/// <summary>
/// Unsafe code and native calls stay in three projects, there in files whose name says so, each block with its reason.
/// </summary>
/// <remarks>
/// Two more are for what runs in guests beside functions, and cannot have <c>Thaw.Linux</c> with them: the library that
/// functions reference, and the .NET runtime, which map a page each.
/// </remarks>
internal static partial class UnsafeRule
{
    private static readonly string[] s_rooms =
    [
        "src/Thaw.Linux/", "src/Thaw.Memory/", "src/Thaw.Kvm/", "src/Thaw.Functions/", "src/Thaw.FunctionRuntime/",
    ];

    /// <summary>Tests are free: they look behind the curtain.</summary>
    internal static IEnumerable<Finding> CheckPlace(SourceFile file)
    {
        bool isNamed = file.Name.EndsWith(".Unsafe.cs", StringComparison.Ordinal) || LibcFile().IsMatch(file.Name);
        bool isInRoom = s_rooms.Any(room => file.Path.StartsWith(room, StringComparison.Ordinal));
        if (file.IsTest || (isInRoom && isNamed))
        {
            yield break;
        }

        foreach (Match match in UnsafeWord().Matches(file.Code))
        {
            string where = isInRoom ? "belongs into a file *.Unsafe.cs or Libc.*.cs" : "is for Linux, Memory and Kvm";
            yield return file.At(match.Index, $"\"{match.Value}\" {where}.");
        }
    }

    /// <summary>Directly above each unsafe block stands a comment that starts with SAFETY.</summary>
    internal static IEnumerable<Finding> CheckComment(SourceFile file)
    {
        foreach (Match match in UnsafeBlock().Matches(file.Code))
        {
            int line = file.Text.AsSpan(0, match.Index).Count('\n');
            int above = line - 1;
            while (above >= 0 && IsCommentWithout(file.Lines[above], "SAFETY:"))
            {
                above--;
            }

            if (above < 0 || !file.Lines[above].TrimStart().StartsWith("// SAFETY:", StringComparison.Ordinal))
            {
                yield return file.AtLine(line + 1, "An unsafe block without // SAFETY: directly above it.");
            }
        }
    }

    private static bool IsCommentWithout(string line, string word) =>
        line.TrimStart().StartsWith("//", StringComparison.Ordinal) && !line.Contains(word, StringComparison.Ordinal);

    [GeneratedRegex(@"^Libc\..+\.cs$")]
    private static partial Regex LibcFile();

    [GeneratedRegex(@"\bunsafe\b|\b(Library|Dll)Import\b|\b(Marshal|Unsafe)\.")]
    private static partial Regex UnsafeWord();

    [GeneratedRegex(@"\bunsafe\s*\{")]
    private static partial Regex UnsafeBlock();
}
