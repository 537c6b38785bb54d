using System.CommandLine;
using System.Text.Json;
using Thaw.Cli.Client;
using Thaw.ControlPlane.Wire;
using Thaw.Worker;

namespace Thaw.Cli.Commands;

/// <summary><c>thaw status</c></summary>
internal static class StatusCommand
{
    internal static Command Create(CliConsole console)
    {
        Command command = new("status", "Show what the service does at this moment.");
        command.SetAction(async (result, cancellationToken) =>
        {
            using ThawClient client = GlobalOptions.ClientOf(result);
            InfoResponse info = await client.GetThawAsync(
                "info", ThawJsonContext.Default.InfoResponse, cancellationToken).ConfigureAwait(false);
            if (result.GetValue(GlobalOptions.Json))
            {
                console.Out.WriteLine(JsonSerializer.Serialize(info, CliOwnJsonContext.Default.InfoResponse));
                return ExitCodes.Ok;
            }
            WorkerStatus worker = info.Worker;
            console.Out.WriteLine($"Thaw {info.Version} at {client.Endpoint}, up since {info.StartedAt:u}");
            console.Out.WriteLine($"runtimes   {string.Join(", ", info.Runtimes)}");
            console.Out.WriteLine($"microVMs   {worker.Microvms} of {worker.MicrovmsMax}, {worker.Idle} idle");
            console.Out.WriteLine($"memory     {worker.MemoryMib} of {worker.MemoryMibMax} MiB");
            console.Out.WriteLine($"queued     {worker.Queued}");
            console.Out.WriteLine($"restores   {worker.Restores}, {worker.StartRetries} starts tried again");
            if (worker.Impediment is not null)
            {
                console.Out.WriteLine($"impediment {worker.Impediment}");
            }
            if (worker.StoreProblem is not null)
            {
                console.Out.WriteLine($"store      {worker.StoreProblem}");
            }
            return ExitCodes.Ok;
        });
        return command;
    }
}
