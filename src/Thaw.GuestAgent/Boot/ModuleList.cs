namespace Thaw.GuestAgent.Boot;

/// <summary>The kernel modules to load, in their order.</summary>
internal static class ModuleList
{
    private const string DefaultDirectory = "/lib/modules/";

    /// <summary>
    /// Reads a list: a path a line, or a file name in /lib/modules; "#" starts a comment, "?" an optional module.
    /// </summary>
    /// <exception cref="InvalidDataException">Too many lines.</exception>
    internal static IReadOnlyList<(string Path, bool Optional)> Parse(string text)
    {
        List<(string, bool)> modules = [];
        const StringSplitOptions Options = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        foreach (string line in text.Split('\n', Options))
        {
            if (line[0] == '#')
            {
                continue;
            }
            if (modules.Count == AgentLimits.ModulesMax)
            {
                throw new InvalidDataException($"The list of modules has more than {AgentLimits.ModulesMax} lines.");
            }
            bool optional = line[0] == '?';
            string name = optional ? line[1..].TrimStart() : line;
            modules.Add((name.StartsWith('/') ? name : DefaultDirectory + name, optional));
        }
        return modules;
    }
}
