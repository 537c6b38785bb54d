using System.CommandLine;
using System.Text.Json;
using Thaw.Cli.Client;
using Thaw.ControlPlane.Wire;
using Thaw.Worker;

namespace Thaw.Cli.Commands;

/// <summary><c>thaw snapshot verify</c></summary>
internal static class SnapshotVerifyCommand
{
    internal static Command Create(CliConsole console)
    {
        Argument<string?> id = new("id")
        {
            Description = "An id, its first digits, or FUNCTION:VERSION[.VARIANT].",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<bool> all = new("--all") { Description = "Everything that the store has." };
        Command command = new(
            "verify", "Read snapshots from the store and check every byte. Ends with 1 where something is wrong.")
        {
            id, all,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            string? meant = result.GetValue(id);
            if (meant is null != result.GetValue(all))
            {
                throw new CliException("verify takes an id or --all.", ExitCodes.Usage);
            }
            using ThawClient client = GlobalOptions.ClientOf(result);
            string path = meant is null ? "snapshots/verify" : $"snapshots/verify?Id={Uri.EscapeDataString(meant)}";
            SnapshotVerification found = await client.PostThawAsync(
                path, null, null, ThawJsonContext.Default.SnapshotVerification, cancellationToken)
                .ConfigureAwait(false);
            if (result.GetValue(GlobalOptions.Json))
            {
                console.Out.WriteLine(JsonSerializer.Serialize(found, CliOwnJsonContext.Default.SnapshotVerification));
            }
            else
            {
                console.Out.WriteLine(
                    $"{found.Layers} layers, {found.Chunks} chunks, {SnapshotTreeCommand.Size(found.Bytes)}: "
                    + (found.Problems.Count == 0 ? "all good" : $"{found.Problems.Count} problems"));
            }
            foreach (SnapshotProblem problem in found.Problems)
            {
                console.Error.WriteLine($"thaw: {problem.Message}");
            }
            return found.Problems.Count == 0 ? ExitCodes.Ok : ExitCodes.Failure;
        });
        return command;
    }
}
