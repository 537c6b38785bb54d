using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Thaw.Cli.Client;
using Thaw.ControlPlane.Wire;
using Thaw.Worker;

namespace Thaw.Cli.Commands;

/// <summary><c>thaw key</c></summary>
internal static class KeyCommand
{
    private const string Service = "service";

    internal static Command Create(CliConsole console) => new("key", "Keys that snapshots are under.")
    {
        CreateList(console), CreateRotate(console), CreateRevoke(console),
    };

    private static Command CreateList(CliConsole console)
    {
        Command command = new("list", "List all master keys.");
        command.SetAction(async (result, cancellationToken) =>
        {
            using ThawClient client = GlobalOptions.ClientOf(result);
            KeyList found = await client.GetThawAsync("keys", ThawJsonContext.Default.KeyList, cancellationToken)
                .ConfigureAwait(false);
            if (result.GetValue(GlobalOptions.Json))
            {
                console.Out.WriteLine(JsonSerializer.Serialize(found, CliOwnJsonContext.Default.KeyList));
                return ExitCodes.Ok;
            }
            Table table = CliConsole.NewTable("WHOSE", "ID", "STATE", "MADE");
            foreach (MasterKey key in found.Keys)
            {
                table.AddRow(
                    Markup.Escape(key.Keyspace), key.Id, key.State,
                    key.CreatedAt.ToString("u", CultureInfo.InvariantCulture));
            }
            console.WriteTable(table);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command CreateRotate(CliConsole console)
    {
        Argument<string> account = new("account") { Description = $"An account, or '{Service}'." };
        Command command = new(
            "rotate", "Make a new key for what is published from now on; what there is stays as it is.") { account };
        command.SetAction(async (result, cancellationToken) =>
        {
            using ThawClient client = GlobalOptions.ClientOf(result);
            string whose = result.GetRequiredValue(account);
            string path = whose == Service ? "keys/rotate" : $"keys/rotate?Account={Uri.EscapeDataString(whose)}";
            MasterKey key = await client.PostThawAsync(
                path, null, null, ThawJsonContext.Default.MasterKey, cancellationToken).ConfigureAwait(false);
            console.Out.WriteLine(result.GetValue(GlobalOptions.Json)
                ? JsonSerializer.Serialize(key, CliOwnJsonContext.Default.MasterKey)
                : $"New key {key.Id} of {key.Keyspace}.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command CreateRevoke(CliConsole console)
    {
        Argument<string> account = new("account") { Description = "The account." };
        Command command = new(
            "revoke",
            "Destroy an account's keys, for good: none of its snapshots can be opened again, none of its functions "
            + "starts.")
        {
            account,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            using ThawClient client = GlobalOptions.ClientOf(result);
            string whose = result.GetRequiredValue(account);
            KeyRevocation done = await client.PostThawAsync(
                $"keys/revoke?Account={Uri.EscapeDataString(whose)}", null, null,
                ThawJsonContext.Default.KeyRevocation, cancellationToken).ConfigureAwait(false);
            console.Out.WriteLine(result.GetValue(GlobalOptions.Json)
                ? JsonSerializer.Serialize(done, CliOwnJsonContext.Default.KeyRevocation)
                : $"Destroyed {done.KeysDestroyed} keys of account {done.Account}.");
            if (done.KeysDestroyed == 0)
            {
                console.Error.WriteLine($"thaw: Account {whose} had no keys.");
                return ExitCodes.Failure;
            }
            return ExitCodes.Ok;
        });
        return command;
    }
}
