using System.Text.RegularExpressions;

namespace Thaw.Sysgenid.Tests.Machine;

/// <summary>What the guest said about one test.</summary>
/// <param name="Name">The test.</param>
/// <param name="Passed">Whether it passed.</param>
/// <param name="Details">What it said besides.</param>
internal sealed partial record TapLine(string Name, bool Passed, string Details)
{
    /// <summary>Reads all results from the guest's output.</summary>
    public static Dictionary<string, TapLine> ReadAll(string output)
    {
        var results = new Dictionary<string, TapLine>(StringComparer.Ordinal);
        string details = "";
        foreach (string line in output.Split('\n', StringSplitOptions.TrimEntries))
        {
            Match match = Result().Match(line);
            if (match.Success)
            {
                string name = match.Groups["name"].Value;
                results[name] = new TapLine(name, match.Groups["not"].Length == 0, details);
                details = "";
            }
            else
            {
                details += line.TrimStart('#', ' ') + "\n";
            }
        }

        return results;
    }

    [GeneratedRegex(@"^(?<not>not )?ok \d+ - (?<name>\w+) # \d+ ms$")]
    private static partial Regex Result();
}
