using System.CommandLine;
using System.Text.Json;
using Thaw.Dev.Demo;
using Thaw.Dev.Hosts;
using Thaw.Dev.Lab;
using Thaw.Dev.Steps;
using Thaw.Images;

namespace Thaw.Dev.Commands;

/// <summary><c>./dev demo</c></summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print the figures as JSON, and nothing else." };
        var command = new Command(
            "demo", "Set everything up, publish an example function, start it cold and from its snapshot, and compare.")
        {
            json,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            await PackageSteps.InstallAsync(cancellationToken);
            await DotnetSteps.PublishAsync(cancellationToken);
            ImageSet set = await ImageSteps.BuildAsync(null, refresh: false, cancellationToken);
            HostChoice choice = await HostChoice.DecideAsync(cancellationToken);
            StepLog.Say($"Host: {choice.Name}. {choice.Reason}");
            DemoFigures figures;
            try
            {
                figures = await RunAsync(choice, set, cancellationToken);
            }
            catch (Exception e) when (e is DevException or HttpRequestException && LabHost.Death() is not null)
            {
                StepLog.Say($"The emulated host itself died: {LabHost.Death()}\n  Once more, in a fresh one");
                figures = await RunAsync(choice, set, cancellationToken);
            }

            if (result.GetValue(json))
            {
                Console.WriteLine(JsonSerializer.Serialize(figures, DemoJson.Readable.DemoFigures));
            }
            else
            {
                DemoTable.Print(figures);
            }
        });
        return command;
    }

    private static async Task<DemoFigures> RunAsync(
        HostChoice choice, ImageSet set, CancellationToken cancellationToken)
    {
        RunningService service = await ServiceHost.PrepareAsync(choice, set, cancellationToken);
        await ServiceHost.StartAsync(service, fresh: true, cancellationToken);
        try
        {
            return await DemoRun.RunAsync(service, choice, set.Manifest.KernelVersion, cancellationToken);
        }
        catch (Exception e) when (e is DevException or HttpRequestException && LabHost.Death() is null)
        {
            string log = await ServiceHost.LogTailAsync(service, CancellationToken.None);
            throw new DevException($"{e.Message}\nThe service's log ends:\n{log}");
        }
    }
}
