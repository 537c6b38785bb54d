using System.CommandLine;
using System.Text.Json;
using Thaw.Cli.Client;
using Thaw.ControlPlane.Wire;

namespace Thaw.Cli.Commands;

/// <summary><c>thaw function get</c></summary>
internal static class FunctionGetCommand
{
    internal static Command Create(CliConsole console)
    {
        Argument<string> name = new("name") { Description = "NAME for $LATEST, or NAME:VERSION." };
        Option<bool> versions = new("--versions") { Description = "List all its versions." };
        Command command = new("get", "Show a function.") { name, versions };
        command.SetAction(async (result, cancellationToken) =>
        {
            using ThawClient client = GlobalOptions.ClientOf(result);
            string function = result.GetRequiredValue(name);
            bool json = result.GetValue(GlobalOptions.Json);
            if (!result.GetValue(versions))
            {
                FunctionOutput.Write(
                    console,
                    await client.GetConfigurationAsync(function, null, cancellationToken).ConfigureAwait(false), json);
                return ExitCodes.Ok;
            }
            List<FunctionConfiguration> found = [];
            string? marker = null;
            do
            {
                ListVersionsResponse page = await client.ListVersionsAsync(function, marker, cancellationToken)
                    .ConfigureAwait(false);
                found.AddRange(page.Versions);
                marker = page.NextMarker;
            }
            while (marker is not null);
            if (json)
            {
                console.Out.WriteLine(JsonSerializer.Serialize(
                    new ListVersionsResponse { Versions = found }, CliJsonContext.Default.ListVersionsResponse));
            }
            else
            {
                FunctionOutput.WriteList(console, found);
            }
            return ExitCodes.Ok;
        });
        return command;
    }
}
