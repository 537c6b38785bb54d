using System.CommandLine;
using Thaw.Cli.Client;
using Thaw.Cli.Packaging;
using Thaw.ControlPlane.Wire;

namespace Thaw.Cli.Commands;

/// <summary><c>thaw function create</c></summary>
internal static class FunctionCreateCommand
{
    internal static Command Create(CliConsole console)
    {
        Argument<string> name = new("name") { Description = "The function's name." };
        Option<string> code = new("--code")
        {
            Description = "A folder, which is zipped, or a zip.", Required = true, HelpName = "PATH",
        };
        Option<string> handler = new("--handler") { Description = "Such as app.handler.", Required = true };
        Option<string> runtime = new("--runtime")
        {
            Description = "The runtime, of which there has to be an image.", DefaultValueFactory = _ => "python3.13",
        };
        Option<int?> memory = new("--memory") { Description = "Memory limit in MiB, 128 to 3008 [128]." };
        Option<int?> timeout = new("--timeout") { Description = "Time limit in seconds, 1 to 900 [3]." };
        Option<string?> description = new("--description") { Description = "What it is for." };
        Option<string[]> environment = new("--env")
        {
            Description = "An environment variable, as NAME=VALUE; may be given more than once.",
        };
        Option<bool> snapStart = new("--snap-start") { Description = "Published versions start from snapshots." };
        Option<string?> account = new("--account")
        {
            Description = "Whose it is, 12 digits: its snapshots are under that account's key [000000000000].",
        };
        Option<bool> publish = new("--publish") { Description = "Publish version 1 at once." };
        Command command = new("create", "Create a function.")
        {
            name, code, handler, runtime, memory, timeout, description, environment, snapStart, account, publish,
        };
        HelpWithExamples.Add(command, """
              thaw function create hello --code ./hello --handler app.handler --memory 512 --snap-start
            """);
        command.SetAction(async (result, cancellationToken) =>
        {
            using ThawClient client = GlobalOptions.ClientOf(result);
            Dictionary<string, string> variables = ParseVariables(result.GetValue(environment));
            CreateFunctionRequest request = new()
            {
                FunctionName = result.GetRequiredValue(name),
                Runtime = result.GetValue(runtime),
                Handler = result.GetValue(handler),
                Code = new FunctionCode { ZipFile = DeploymentPackage.Read(result.GetRequiredValue(code)) },
                MemorySize = result.GetValue(memory),
                Timeout = result.GetValue(timeout),
                Description = result.GetValue(description),
                Environment = new FunctionEnvironment { Variables = variables },
                SnapStart = new SnapStart
                {
                    ApplyOn = result.GetValue(snapStart) ? SnapStart.PublishedVersions : SnapStart.None,
                },
                Publish = result.GetValue(publish),
            };
            FunctionConfiguration created = await client
                .CreateAsync(request, result.GetValue(account), cancellationToken).ConfigureAwait(false);
            FunctionOutput.Write(console, created, result.GetValue(GlobalOptions.Json));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Dictionary<string, string> ParseVariables(string[]? texts)
    {
        Dictionary<string, string> variables = [];
        foreach (string text in texts ?? [])
        {
            int equals = text.IndexOf('=');
            if (equals <= 0 || !variables.TryAdd(text[..equals], text[(equals + 1)..]))
            {
                throw new CliException($"--env takes NAME=VALUE, each name once, not {text}.", ExitCodes.Usage);
            }
        }
        return variables;
    }
}
