using System.Text.RegularExpressions;
using Thaw.Tidy.Tests.Code;

namespace Thaw.Tidy.Tests.Rules;

/// <summary>
/// Bodies of members have at most 70 lines. Braces decide: a block directly inside a type is a member's body.
/// </summary>
internal static partial class MethodLengthRule
{
    internal const int LinesMax = 70;

    internal static IEnumerable<Finding> Check(SourceFile file)
    {
        Stack<(bool IsType, int Line)> open = new();
        int line = 1;
        int headStart = 0;
        for (int i = 0; i < file.Code.Length; i++)
        {
            switch (file.Code[i])
            {
                case '\n':
                    line++;
                    break;
                case ';':
                    headStart = i + 1;
                    break;
                case '{':
                    open.Push((TypeHead().IsMatch(file.Code[headStart..i]), line));
                    headStart = i + 1;
                    break;
                case '}' when open.Count > 0:
                    (bool isType, int start) = open.Pop();
                    headStart = i + 1;
                    bool isMember = !isType && open.TryPeek(out (bool IsType, int Line) parent) && parent.IsType;
                    if (isMember && line - start + 1 > LinesMax)
                    {
                        string message = $"A member of {line - start + 1} lines, the bound is {LinesMax}.";
                        yield return file.AtLine(start, message);
                    }

                    break;
                default:
                    break;
            }
        }
    }

    [GeneratedRegex(@"\b(class|struct|interface|enum|record|namespace)\s+[\w.]+")]
    private static partial Regex TypeHead();
}
