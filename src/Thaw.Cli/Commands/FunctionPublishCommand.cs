using System.CommandLine;
using Thaw.Cli.Client;
using Thaw.ControlPlane.Wire;
using Thaw.Worker;

namespace Thaw.Cli.Commands;

/// <summary><c>thaw function publish</c></summary>
internal static class FunctionPublishCommand
{
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(250);

    internal static Command Create(CliConsole console)
    {
        Argument<string> name = new("name") { Description = "The function's name." };
        Option<bool> wait = new("--wait") { Description = "Wait until the version can be invoked, or failed." };
        Option<string?> description = new("--description") { Description = "What the version is for." };
        Option<string[]> secrets = SecretFiles.CreateOption(
            "A file with a secret that the snapshot must not hold: publishing fails where it does. May be given more "
            + "than once.");
        Option<int> variants = new("--variants")
        {
            Description = $"How many snapshots to make of it, 1 to {FunctionSpec.VariantsMax}, of which each start "
                + "picks one at random: addresses, canaries and hash seeds that leak from a clone of one do not serve "
                + "for the others.",
            DefaultValueFactory = _ => 1,
            HelpName = "COUNT",
        };
        variants.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > FunctionSpec.VariantsMax)
            {
                result.AddError($"--variants must be 1 to {FunctionSpec.VariantsMax}.");
            }
        });
        Command command = new(
            "publish",
            "Publish a version. With --snap-start, its "
            + "snapshot is made in the background.")
        {
            name, wait, description, secrets, variants,
        };
        HelpWithExamples.Add(command, """
              thaw function publish hello --wait
              thaw function publish hello --wait --secret-file db-password.txt
              thaw function publish hello --wait --variants 4
            """);
        command.SetAction(async (result, cancellationToken) =>
        {
            using ThawClient client = GlobalOptions.ClientOf(result);
            string[] files = result.GetValue(secrets) ?? [];
            int count = result.GetValue(variants);
            FunctionConfiguration version = await client.PublishAsync(
                result.GetRequiredValue(name),
                new PublishVersionRequest
                {
                    Description = result.GetValue(description),
                    Variants = count == 1 ? null : count,
                    SecretsCheck = files.Length == 0
                        ? null : await SecretFiles.ReadAsync(files, cancellationToken).ConfigureAwait(false),
                },
                cancellationToken).ConfigureAwait(false);
            if (result.GetValue(wait))
            {
                version = await UntilSettledAsync(console, client, version, cancellationToken).ConfigureAwait(false);
            }
            FunctionOutput.Write(console, version, result.GetValue(GlobalOptions.Json));
            return version.State == "Failed"
                ? throw new CliException(
                    $"Publishing {version.FunctionName}:{version.Version} failed: {version.StateReason}")
                : ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<FunctionConfiguration> UntilSettledAsync(
        CliConsole console, ThawClient client, FunctionConfiguration version, CancellationToken cancellationToken)
    {
        if (version.State == "Pending")
        {
            console.Error.WriteLine($"Publishing {version.FunctionName}:{version.Version} ...");
        }
        // Bounded by the service, which gives up on every step of a publication in its time.
        while (version.State == "Pending")
        {
            await Task.Delay(s_pollInterval, cancellationToken).ConfigureAwait(false);
            version = await client.GetConfigurationAsync(version.FunctionName, version.Version, cancellationToken)
                .ConfigureAwait(false);
        }
        return version;
    }
}
