using System.CommandLine;
using Thaw.Cli.Client;
using Thaw.Cli.Packaging;
using Thaw.ControlPlane.Wire;

namespace Thaw.Cli.Commands;

/// <summary><c>thaw function update-code</c></summary>
internal static class FunctionUpdateCodeCommand
{
    internal static Command Create(CliConsole console)
    {
        Argument<string> name = new("name") { Description = "The function's name." };
        Option<string> code = new("--code")
        {
            Description = "A folder, which is zipped, or a zip.", Required = true, HelpName = "PATH",
        };
        Option<bool> publish = new("--publish") { Description = "Publish a version at once." };
        Command command = new("update-code", "Replace the code of a function.") { name, code, publish };
        command.SetAction(async (result, cancellationToken) =>
        {
            using ThawClient client = GlobalOptions.ClientOf(result);
            FunctionConfiguration updated = await client.UpdateCodeAsync(
                result.GetRequiredValue(name),
                new UpdateFunctionCodeRequest
                {
                    ZipFile = DeploymentPackage.Read(result.GetRequiredValue(code)),
                    Publish = result.GetValue(publish),
                }, cancellationToken).ConfigureAwait(false);
            FunctionOutput.Write(console, updated, result.GetValue(GlobalOptions.Json));
            return ExitCodes.Ok;
        });
        return command;
    }
}
