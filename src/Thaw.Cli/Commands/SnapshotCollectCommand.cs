using System.CommandLine;
using System.Text.Json;
using Thaw.Cli.Client;
using Thaw.ControlPlane.Wire;
using Thaw.Worker;

namespace Thaw.Cli.Commands;

/// <summary><c>thaw snapshot gc</c></summary>
internal static class SnapshotCollectCommand
{
    internal static Command Create(CliConsole console)
    {
        Option<int> grace = new("--grace")
        {
            Description = "Seconds: garbage that is younger stays.", DefaultValueFactory = _ => 3600,
        };
        Option<bool> dryRun = new("--dry-run") { Description = "Only say what would go." };
        Command command = new("gc", "Remove what no version needs any longer from the store.") { grace, dryRun };
        command.SetAction(async (result, cancellationToken) =>
        {
            using ThawClient client = GlobalOptions.ClientOf(result);
            int seconds = result.GetValue(grace);
            if (seconds < 0)
            {
                throw new CliException($"--grace takes seconds from 0, not {seconds}.", ExitCodes.Usage);
            }
            string path = $"snapshots/gc?GraceSeconds={seconds}&DryRun={(result.GetValue(dryRun) ? "true" : "false")}";
            SnapshotCollection done = await client.PostThawAsync(
                path, null, null, ThawJsonContext.Default.SnapshotCollection, cancellationToken)
                .ConfigureAwait(false);
            console.Out.WriteLine(result.GetValue(GlobalOptions.Json)
                ? JsonSerializer.Serialize(done, CliOwnJsonContext.Default.SnapshotCollection)
                : $"{(done.IsDryRun ? "Would remove" : "Removed")} {done.LayersRemoved} layers and "
                    + $"{done.ChunksRemoved} chunks, {SnapshotTreeCommand.Size(done.BytesFreed)}; "
                    + $"{done.LayersLive} layers and {done.ChunksLive} chunks live, {done.ObjectsTooYoung} objects "
                    + $"are too young.{Bases(done)}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static string Bases(SnapshotCollection done) => done.BasesDropped == 0
        ? ""
        : $"\n{(done.IsDryRun ? "Would give" : "Gave")} up {done.BasesDropped} snapshots of boots and runtimes whose "
            + "images, monitor or arguments are others now.";
}
