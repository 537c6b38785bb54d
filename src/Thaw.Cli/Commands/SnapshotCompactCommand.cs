using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using Thaw.Cli.Client;
using Thaw.ControlPlane.Wire;

namespace Thaw.Cli.Commands;

/// <summary><c>thaw snapshot compact</c></summary>
internal static class SnapshotCompactCommand
{
    internal static Command Create(CliConsole console)
    {
        Argument<string?> id = new("id")
        {
            Description = "A layer's id, the beginning of it, or FUNCTION:VERSION[.VARIANT] [all versions].",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<bool> force = new("--force") { Description = "Also where little would change." };
        Command command = new(
            "compact", "Store snapshots anew with what their clones touch first at the beginning.") { id, force };
        command.SetAction(async (result, cancellationToken) =>
        {
            using ThawClient client = GlobalOptions.ClientOf(result);
            string path = $"snapshots/compact?Force={(result.GetValue(force) ? "true" : "false")}"
                + (result.GetValue(id) is { } meant ? $"&Id={Uri.EscapeDataString(meant)}" : "");
            CompactionList done = await client.PostThawAsync(
                path, null, null, ThawJsonContext.Default.CompactionList, cancellationToken).ConfigureAwait(false);
            if (result.GetValue(GlobalOptions.Json))
            {
                console.Out.WriteLine(JsonSerializer.Serialize(done, CliOwnJsonContext.Default.CompactionList));
                return ExitCodes.Ok;
            }
            if (done.Compacted.Count == 0)
            {
                console.Out.WriteLine($"Nothing to do: looked at {done.Versions} versions.");
                return ExitCodes.Ok;
            }
            Table table = CliConsole.NewTable("VERSION", "PAGES FIRST", "STORED", "LAYER");
            foreach (CompactedVersion version in done.Compacted)
            {
                table.AddRow(
                    Markup.Escape($"{version.Function}:{version.Version}"), $"{version.WorkingSetPages}",
                    SnapshotTreeCommand.Size(version.BytesStored), version.To);
            }
            console.WriteTable(table);
            return ExitCodes.Ok;
        });
        return command;
    }
}
