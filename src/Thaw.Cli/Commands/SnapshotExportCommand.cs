using System.CommandLine;
using System.Text.Json;
using Thaw.Cli.Client;

namespace Thaw.Cli.Commands;

/// <summary><c>thaw snapshot export</c></summary>
internal static class SnapshotExportCommand
{
    internal static Command Create(CliConsole console)
    {
        Argument<string> id = new("id") { Description = "An id, its first digits, or FUNCTION:VERSION[.VARIANT]." };
        Option<string> output = new("--output", "-o") { Description = "The file to write.", Required = true };
        Option<string?> passphrase = PassphraseFile("Its data keys go along, wrapped under what this file has.");
        Command command = new(
            "export",
            "Write a snapshot with all it lies over into one file. Without a passphrase only a service that has the "
            + "same master keys can import it.")
        {
            id, output, passphrase,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            using ThawClient client = GlobalOptions.ClientOf(result);
            string target = Path.GetFullPath(result.GetRequiredValue(output));
            string unfinished = $"{target}.{Guid.NewGuid():N}.tmp";
            try
            {
                await using (FileStream file = new(unfinished, FileMode.CreateNew, FileAccess.Write))
                {
                    await client.DownloadThawAsync(
                        $"snapshots/{Uri.EscapeDataString(result.GetRequiredValue(id))}/export",
                        ReadPassphrase(result.GetValue(passphrase)), file, cancellationToken).ConfigureAwait(false);
                }
                File.Move(unfinished, target, overwrite: true);
            }
            finally
            {
                File.Delete(unfinished);
            }
            long size = new FileInfo(target).Length;
            console.Out.WriteLine(result.GetValue(GlobalOptions.Json)
                ? JsonSerializer.Serialize(
                    new SnapshotExported(target, size), CliOwnJsonContext.Default.SnapshotExported)
                : $"Wrote {target}, {SnapshotTreeCommand.Size(size)}.");
            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>The option that names a file with a passphrase: command lines are for all to see.</summary>
    internal static Option<string?> PassphraseFile(string description) =>
        new("--passphrase-file") { Description = description, HelpName = "FILE" };

    /// <summary>The first line of a file; null where none is named.</summary>
    internal static string? ReadPassphrase(string? path)
    {
        if (path is null)
        {
            return null;
        }
        string? line = File.ReadLines(path).FirstOrDefault();
        return string.IsNullOrEmpty(line)
            ? throw new CliException($"{path} has no passphrase in its first line.", ExitCodes.Usage)
            : line;
    }
}
