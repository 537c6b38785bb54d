using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Thaw.Cli.Client;
using Thaw.ControlPlane.Wire;
using Thaw.Worker;

namespace Thaw.Cli.Commands;

/// <summary><c>thaw check secrets</c></summary>
internal static class CheckSecretsCommand
{
    private const double BytesPerMib = 1024 * 1024;

    internal static Command Create(CliConsole console)
    {
        Argument<string> function = new("function") { Description = "A published version: NAME:VERSION." };
        Option<string[]> files = SecretFiles.CreateOption(
            "A file with a secret; may be given more than once. A last line break is no part of it.");
        files.Required = true;
        Command command = new(
            "secrets",
            "Look for secrets in everything that a version's snapshot stores: memory, device state, code. Looked for "
            + "are the bytes as they are, hexadecimal, base64 at every alignment, UTF-16. Ends with 4 where one is "
            + "found. The secrets are sent to the service, which keeps nothing of them.")
        {
            function, files,
        };
        HelpWithExamples.Add(command, """
              thaw check secrets hello:1 --secret-file token.txt
              thaw check secrets hello:1 --secret-file a.key --secret-file b.key --json
            """);
        command.SetAction(async (result, cancellationToken) =>
        {
            (string name, string version) = CheckCommand.Split(result.GetRequiredValue(function));
            IReadOnlyDictionary<string, byte[]> secrets = await SecretFiles.ReadAsync(
                result.GetRequiredValue(files), cancellationToken).ConfigureAwait(false);
            using ThawClient client = GlobalOptions.ClientOf(result);
            SecretsReport report = await client.CheckAsync(
                name, version, "secrets",
                JsonSerializer.SerializeToUtf8Bytes(
                    new CheckSecretsRequest { Secrets = secrets }, CliOwnJsonContext.Default.CheckSecretsRequest),
                ThawJsonContext.Default.SecretsReport, cancellationToken).ConfigureAwait(false);
            if (result.GetValue(GlobalOptions.Json))
            {
                console.Out.WriteLine(JsonSerializer.Serialize(report, CliOwnJsonContext.Default.SecretsReport));
            }
            else
            {
                Write(console, report);
            }
            return report.Found.Count == 0 ? ExitCodes.Ok : ExitCodes.CheckFound;
        });
        return command;
    }

    private static void Write(CliConsole console, SecretsReport report)
    {
        foreach (FoundSecret found in report.Found)
        {
            console.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"FOUND {found.Name} ({found.Form}) in {found.File} at 0x{found.Offset:x}"));
        }
        string what = report.Found.Count == 0 ? "no secret is in them" : "there are secrets in them";
        console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Files.Count} files, {report.ReadBytes / BytesPerMib:F1} MiB read: {what}."));
    }
}
