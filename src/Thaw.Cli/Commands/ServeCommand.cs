using System.CommandLine;
using System.Net;
using System.Text.Json;
using Thaw.ControlPlane;
using Thaw.Worker;

namespace Thaw.Cli.Commands;

/// <summary><c>thaw serve</c></summary>
internal static class ServeCommand
{
    internal static Command Create(CliConsole console)
    {
        ServeOptions options = new();
        Command command = new(
            "serve",
            "Run the service: Lambda's API in front of microVMs on this machine. Signatures of "
            + "requests are not checked yet: whoever reaches the address may run functions.");
        HelpWithExamples.Add(command, """
              thaw serve --data /var/lib/thaw --listen http://127.0.0.1:7777
            """);
        options.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            WorkerOptions worker = options.ReadWorker(result);
            ControlPlaneOptions controlPlane = options.ReadControlPlane(result);
            await using WorkerDaemon daemon = await WorkerDaemon.StartAsync(worker, cancellationToken)
                .ConfigureAwait(false);
            await using ControlPlaneServer server = await ControlPlaneServer.StartAsync(
                controlPlane, daemon, TimeProvider.System, cancellationToken).ConfigureAwait(false);
            Announce(console, server.Endpoint, daemon.Status.Impediment, result.GetValue(GlobalOptions.Json));
            await server.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void Announce(CliConsole console, Uri endpoint, string? impediment, bool json)
    {
        console.Out.WriteLine(json
            ? JsonSerializer.Serialize(
                new ServeStarted(endpoint.ToString(), Environment.ProcessId, impediment),
                LineJsonContext.Default.ServeStarted)
            : $"Thaw listens on {endpoint}");
        console.Out.Flush();
        if (impediment is not null)
        {
            console.Error.WriteLine($"thaw: No microVM can be started yet. {impediment}");
        }
        if (!IPAddress.TryParse(endpoint.Host.Trim('[', ']'), out IPAddress? address) || !IPAddress.IsLoopback(address))
        {
            console.Error.WriteLine(
                $"thaw: Signatures are not checked: everybody who reaches {endpoint} may run functions here.");
        }
    }
}
