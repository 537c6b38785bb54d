using System.CommandLine;
using System.Text.Json;
using Thaw.Cli.Client;
using Thaw.ControlPlane.Wire;

namespace Thaw.Cli.Commands;

/// <summary><c>thaw function list</c></summary>
internal static class FunctionListCommand
{
    internal static Command Create(CliConsole console)
    {
        Command command = new("list", "List functions.");
        command.SetAction(async (result, cancellationToken) =>
        {
            using ThawClient client = GlobalOptions.ClientOf(result);
            List<FunctionConfiguration> functions = [];
            string? marker = null;
            do
            {
                ListFunctionsResponse page = await client.ListAsync(marker, cancellationToken).ConfigureAwait(false);
                functions.AddRange(page.Functions);
                marker = page.NextMarker;
            }
            while (marker is not null);
            if (result.GetValue(GlobalOptions.Json))
            {
                console.Out.WriteLine(JsonSerializer.Serialize(
                    new ListFunctionsResponse { Functions = functions }, CliJsonContext.Default.ListFunctionsResponse));
            }
            else
            {
                FunctionOutput.WriteList(console, functions);
            }
            return ExitCodes.Ok;
        });
        return command;
    }
}
