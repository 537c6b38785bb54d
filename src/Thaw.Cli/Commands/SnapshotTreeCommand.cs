using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using Thaw.Cli.Client;
using Thaw.ControlPlane.Wire;
using Thaw.Worker;

namespace Thaw.Cli.Commands;

/// <summary><c>thaw snapshot tree</c></summary>
internal static class SnapshotTreeCommand
{
    private const int IdShown = 12;

    internal static Command Create(CliConsole console)
    {
        Command command = new("tree", "Draw the store's tree: boot, runtimes, versions, and what each of them weighs.");
        command.SetAction(async (result, cancellationToken) =>
        {
            using ThawClient client = GlobalOptions.ClientOf(result);
            SnapshotTreeResponse found = await client.GetThawAsync(
                "snapshots/tree", ThawJsonContext.Default.SnapshotTreeResponse, cancellationToken)
                .ConfigureAwait(false);
            if (result.GetValue(GlobalOptions.Json))
            {
                console.Out.WriteLine(
                    JsonSerializer.Serialize(found, CliOwnJsonContext.Default.SnapshotTreeResponse));
                return ExitCodes.Ok;
            }
            Table table = CliConsole.NewTable(
                "SNAPSHOT", "ID", "OWN PAGES", "ZERO", "STORED", "SHARED", "KEY", "STATE");
            ILookup<string?, SnapshotLayer> children = found.Layers.ToLookup(layer => layer.ParentId);
            foreach (SnapshotLayer root in children[null])
            {
                Draw(table, children, root, "", "");
            }
            console.WriteTable(table);
            foreach (SnapshotLayer layer in found.Layers.Where(layer => layer.Problem is not null))
            {
                console.Error.WriteLine($"thaw: {layer.Problem}");
            }
            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>Sizes for people.</summary>
    internal static string Size(long? bytes) => bytes switch
    {
        null => "?",
        < 10 * 1024 => $"{bytes} B",
        < 10 * 1024 * 1024 => $"{bytes / 1024.0:F0} KiB",
        _ => $"{bytes / 1048576.0:F1} MiB",
    };

    private static void Draw(
        Table table, ILookup<string?, SnapshotLayer> children, SnapshotLayer layer, string own, string below)
    {
        table.AddRow(
            Markup.Escape($"{own}{layer.Kind} {layer.Name}".TrimEnd()),
            layer.Id[..IdShown],
            layer.OwnPages?.ToString() ?? "?",
            layer.ZeroPages?.ToString() ?? "?",
            Size(layer.BytesStored),
            Size(layer.BytesShared),
            Markup.Escape($"{layer.Keyspace} {layer.KeyId[..8]} ({layer.KeyState})"),
            layer.Problem is not null ? "locked" : layer.IsRoot ? "live" : "kept for others");
        SnapshotLayer[] over = [.. children[layer.Id]];
        for (int i = 0; i < over.Length; i++)
        {
            bool isLast = i == over.Length - 1;
            Draw(table, children, over[i], below + (isLast ? "└─ " : "├─ "), below + (isLast ? "   " : "│  "));
        }
    }
}
