using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Thaw.Worker.Monitors;

/// <summary>Makes what a guest wrote safe to show: text only, few lines, none too long.</summary>
internal static partial class ConsoleText
{
    private const string PanicWords = "Kernel panic";

    internal static string Sanitise(ReadOnlySpan<byte> bytes)
    {
        string text = EscapeSequence().Replace(Encoding.UTF8.GetString(bytes), "");
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        StringBuilder safe = new();
        foreach (string line in lines.TakeLast(WorkerLimits.ConsoleLinesShown))
        {
            int length = safe.Length;
            foreach (char letter in line.AsSpan(0, Math.Min(line.Length, WorkerLimits.ConsoleLineLengthMax)))
            {
                // Direction marks and the like could make one text look like another.
                if (letter == '\t' || !(char.IsControl(letter)
                    || char.GetUnicodeCategory(letter) == UnicodeCategory.Format))
                {
                    safe.Append(letter);
                }
            }
            if (safe.Length > length)
            {
                safe.Append('\n');
            }
        }
        return safe.ToString().TrimEnd('\n');
    }

    /// <summary>What a guest's kernel gave as its reason to give up, if it did.</summary>
    internal static string? FindPanic(string console) =>
        console.Split('\n').LastOrDefault(line => line.Contains(PanicWords, StringComparison.Ordinal)) is { } line
            ? line[line.IndexOf(PanicWords, StringComparison.Ordinal)..]
            : null;

    [GeneratedRegex(@"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|.)", RegexOptions.CultureInvariant)]
    private static partial Regex EscapeSequence();
}
