using System.CommandLine;
using Thaw.Cli.Client;

namespace Thaw.Cli.Commands;

/// <summary><c>thaw function delete</c></summary>
internal static class FunctionDeleteCommand
{
    internal static Command Create(CliConsole console)
    {
        Argument<string> name = new("name") { Description = "NAME for all of it, or NAME:VERSION." };
        Command command = new("delete", "Delete a function with all its versions, or one version.") { name };
        command.SetAction(async (result, cancellationToken) =>
        {
            using ThawClient client = GlobalOptions.ClientOf(result);
            string function = result.GetRequiredValue(name);
            await client.DeleteAsync(function, cancellationToken).ConfigureAwait(false);
            if (!result.GetValue(GlobalOptions.Json))
            {
                console.Out.WriteLine($"Deleted {function}.");
            }
            return ExitCodes.Ok;
        });
        return command;
    }
}
