using System.CommandLine;

namespace Thaw.Cli.Commands;

/// <summary><c>thaw check</c></summary>
internal static class CheckCommand
{
    internal static Command Create(CliConsole console) =>
        new("check", "Check published versions: for CI, by exit code.")
        {
            CheckUniqueCommand.Create(console),
            CheckSecretsCommand.Create(console),
        };

    /// <summary>NAME and VERSION of NAME:VERSION.</summary>
    /// <exception cref="CliException">There is no version in it.</exception>
    internal static (string Name, string Version) Split(string text)
    {
        int colon = text.LastIndexOf(':');
        return colon > 0 && colon < text.Length - 1
            ? (text[..colon], text[(colon + 1)..])
            : throw new CliException(
                $"\"{text}\" names no version: only published versions have snapshots. Say NAME:VERSION.",
                ExitCodes.Usage);
    }
}
