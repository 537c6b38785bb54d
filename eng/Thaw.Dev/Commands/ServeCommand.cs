using System.CommandLine;
using System.Text.Json;
using Thaw.Dev.Hosts;
using Thaw.Dev.Steps;
using Thaw.Images;

namespace Thaw.Dev.Commands;

/// <summary><c>./dev serve</c></summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print what runs as JSON." };
        var fresh = new Option<bool>("--fresh") { Description = "Begin with no data." };
        var asIs = new Option<bool>("--no-publish") { Description = "Take the programs as they were last published." };
        var stop = new Option<bool>("--stop") { Description = "Stop it instead." };
        var prepare = new Option<bool>("--prepare-only") { Description = "Bring the host up, start no service." };
        Option<string[]> runtime = ImageSteps.CreateRuntimeOption();
        var command = new Command("serve", "Run the service in the background, natively or in the emulated host.")
        {
            json, fresh, asIs, stop, prepare, runtime,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            if (!result.GetValue(asIs) && !result.GetValue(stop))
            {
                await DotnetSteps.PublishAsync(cancellationToken);
            }

            ImageSet set = await ImageSteps.BuildAsync(
                null, refresh: false, cancellationToken, result.GetValue(runtime));
            HostChoice choice = await HostChoice.DecideAsync(cancellationToken);
            RunningService service = await ServiceHost.PrepareAsync(choice, set, cancellationToken);
            if (result.GetValue(stop))
            {
                await ServiceHost.StopAsync(service, cancellationToken);
                return;
            }

            if (!result.GetValue(prepare))
            {
                await ServiceHost.StartAsync(service, result.GetValue(fresh), cancellationToken);
            }

            Console.WriteLine(
                result.GetValue(json)
                    ? JsonSerializer.Serialize(service, DevJson.Default.RunningService)
                    : service.Endpoint);
        });
        return command;
    }
}
