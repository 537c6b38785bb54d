using System.CommandLine;
using System.Text.Json;
using Thaw.Cli.Client;
using Thaw.ControlPlane.Wire;
using Thaw.Worker;

namespace Thaw.Cli.Commands;

/// <summary><c>thaw snapshot import</c></summary>
internal static class SnapshotImportCommand
{
    internal static Command Create(CliConsole console)
    {
        Argument<string> path = new("file") { Description = "What thaw snapshot export wrote." };
        Option<string?> passphrase = SnapshotExportCommand.PassphraseFile("What it was exported with.");
        Command command = new("import", "Take an exported snapshot into the store.") { path, passphrase };
        command.SetAction(async (result, cancellationToken) =>
        {
            using ThawClient client = GlobalOptions.ClientOf(result);
            await using FileStream file = File.OpenRead(result.GetRequiredValue(path));
            using StreamContent content = new(file);
            SnapshotTreeResponse taken = await client.PostThawAsync(
                "snapshots/import", content,
                SnapshotExportCommand.ReadPassphrase(result.GetValue(passphrase)),
                ThawJsonContext.Default.SnapshotTreeResponse, cancellationToken).ConfigureAwait(false);
            SnapshotLayer layer = taken.Layers[0];
            console.Out.WriteLine(result.GetValue(GlobalOptions.Json)
                ? JsonSerializer.Serialize(layer, CliOwnJsonContext.Default.SnapshotLayer)
                : $"Imported {layer.Kind} {layer.Name} as {layer.Id}.");
            return ExitCodes.Ok;
        });
        return command;
    }
}
