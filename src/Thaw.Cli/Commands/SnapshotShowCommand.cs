using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using Thaw.Cli.Client;
using Thaw.ControlPlane.Wire;
using Thaw.Worker;

namespace Thaw.Cli.Commands;

/// <summary><c>thaw snapshot show</c></summary>
internal static class SnapshotShowCommand
{
    internal static Command Create(CliConsole console)
    {
        Argument<string> id = new("id") { Description = "An id, its first digits, or FUNCTION:VERSION[.VARIANT]." };
        Command command = new("show", "Show one snapshot of the store.") { id };
        command.SetAction(async (result, cancellationToken) =>
        {
            using ThawClient client = GlobalOptions.ClientOf(result);
            SnapshotDetails found = await client.GetThawAsync(
                $"snapshots/{Uri.EscapeDataString(result.GetRequiredValue(id))}",
                ThawJsonContext.Default.SnapshotDetails, cancellationToken).ConfigureAwait(false);
            if (result.GetValue(GlobalOptions.Json))
            {
                console.Out.WriteLine(JsonSerializer.Serialize(found, CliOwnJsonContext.Default.SnapshotDetails));
                return ExitCodes.Ok;
            }
            Write(console, found);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void Write(CliConsole console, SnapshotDetails found)
    {
        SnapshotLayer layer = found.Layer;
        console.Out.WriteLine($"id           {layer.Id}");
        console.Out.WriteLine($"what         {layer.Kind} {layer.Name}");
        console.Out.WriteLine($"over         {(found.Ancestors.Count == 0
            ? "nothing"
            : string.Join(", over ", found.Ancestors.Select(one => $"{one.Kind} {one.Name} ({one.Id})")))}");
        console.Out.WriteLine($"made         {layer.CreatedAt:u}");
        console.Out.WriteLine($"key          {layer.Keyspace} {layer.KeyId} ({layer.KeyState})");
        console.Out.WriteLine($"guest memory {SnapshotTreeCommand.Size(layer.GuestBytes)}");
        console.Out.WriteLine($"own pages    {layer.OwnPages?.ToString() ?? "?"}, and {layer.ZeroPages?.ToString()
            ?? "?"} recorded as zero");
        console.Out.WriteLine($"stored       {SnapshotTreeCommand.Size(layer.BytesStored)} in {layer.Chunks} chunks, "
            + $"{SnapshotTreeCommand.Size(layer.BytesShared)} of others' chunks");
        console.Out.WriteLine($"working set  {found.WorkingSetPages} pages");
        if (layer.Problem is not null)
        {
            console.Out.WriteLine($"problem      {layer.Problem}");
        }
        if (found.Spaces.Count > 0)
        {
            Table table = CliConsole.NewTable("SPACE", "LENGTH", "OWN PAGES", "ZERO", "INHERITED");
            foreach (SnapshotSpace space in found.Spaces)
            {
                table.AddRow(
                    Markup.Escape(space.Name), SnapshotTreeCommand.Size(space.LengthBytes), $"{space.OwnPages}",
                    $"{space.ZeroPages}", $"{space.InheritedPages}");
            }
            console.WriteTable(table);
        }
    }
}
