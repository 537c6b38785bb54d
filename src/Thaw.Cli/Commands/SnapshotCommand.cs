using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Thaw.Cli.Client;
using Thaw.ControlPlane.Wire;
using Thaw.Worker;

namespace Thaw.Cli.Commands;

/// <summary><c>thaw snapshot</c></summary>
internal static class SnapshotCommand
{
    internal static Command Create(CliConsole console)
    {
        Command list = new("list", "List the snapshots on the service's disk.");
        list.SetAction(async (result, cancellationToken) =>
        {
            using ThawClient client = GlobalOptions.ClientOf(result);
            SnapshotList found = await client.GetThawAsync(
                "snapshots", ThawJsonContext.Default.SnapshotList, cancellationToken).ConfigureAwait(false);
            if (result.GetValue(GlobalOptions.Json))
            {
                console.Out.WriteLine(JsonSerializer.Serialize(found, CliOwnJsonContext.Default.SnapshotList));
                return ExitCodes.Ok;
            }
            Table table = CliConsole.NewTable("FUNCTION", "VERSION", "MEMORY", "FILES", "MADE");
            foreach (SnapshotSummary snapshot in found.Snapshots)
            {
                table.AddRow(
                    Markup.Escape(snapshot.FunctionName),
                    Markup.Escape(snapshot.Version + (snapshot.Variant is { } variant ? $".{variant}" : "")),
                    $"{snapshot.GuestMemoryMib} MiB", $"{snapshot.SizeBytes} bytes",
                    snapshot.CreatedAt.ToString("u", CultureInfo.InvariantCulture));
            }
            console.WriteTable(table);
            return ExitCodes.Ok;
        });
        return new Command("snapshot", "Look at snapshots, and at the store that has them.")
        {
            list,
            SnapshotTreeCommand.Create(console),
            SnapshotShowCommand.Create(console),
            SnapshotVerifyCommand.Create(console),
            SnapshotExportCommand.Create(console),
            SnapshotImportCommand.Create(console),
            SnapshotCollectCommand.Create(console),
            SnapshotCompactCommand.Create(console),
        };
    }
}
